#include "log/segments/index_batch.hpp"

#include "base/planted_bug.hpp"
#include "log/postings.hpp"
#include "log/segments/index_hash.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_map>

namespace diptych::log::segments {

namespace {

// Appends positions to the open chunk of each list of one kind.
class gatherer {
public:
    gatherer(posting_kind kind, std::vector<keyed_chunk>& chunks)
        : kind_(static_cast<char>(kind)), chunks_(chunks) {}

    void add(std::string_view text, position at, bool is_home, version home_version = {}) {
        auto const [found, is_new] = open_.try_emplace(text, chunks_.size());
        if (!is_new) {
            auto& open = chunks_[found->second];
            // A tag given twice, or one that is the event's own stream.
            if (open.what.last == at) return;
            if (open.what.body.size() + 10 > chunk_body_max(text.size() + 1))
                found->second = chunks_.size();
        }
        if (found->second == chunks_.size())
            chunks_.push_back({.kind = kind_, .text = text, .what = {}});
        auto& to = chunks_[found->second].what;
        if (is_home && to.homes == 0) to.before = home_version - 1;
        append(to, at, is_home);
    }

private:
    char kind_;
    std::vector<keyed_chunk>& chunks_;
    std::unordered_map<std::string_view, std::size_t> open_;
};

}  // namespace

index_batch gather(std::span<frame_ptr const> frames) {
    index_batch batch;
    std::vector<keyed_chunk> chunks;
    auto names = gatherer{posting_kind::name, chunks};
    auto types = gatherer{posting_kind::type, chunks};
    auto categories = gatherer{posting_kind::category, chunks};
    for (auto const& frame : frames) {
        for (auto const& event : frame->events) {
            auto const off = is_planted(bug::version_off_by_one) ? 1u : 0u;
            names.add(event.stream, event.position, true, event.version + off);
            for (auto const tag : event.tags) names.add(tag, event.position, false);
            types.add(event.type, event.position, false);
            categories.add(category_of(event.stream), event.position, false);
            batch.ids.push_back(
                {.id = event.id, .stream_hash = index_hash32(event.stream), .at = event.position}
            );
        }
        if (is_planted(bug::answers_dropped_at_merge)) continue;
        for (auto const& given : frame->answers) batch.answers.push_back(&given);
    }

    std::ranges::sort(batch.ids);
    // Chunks are large to move: the order is sorted, then they are moved once.
    std::vector<std::size_t> order(chunks.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::sort(order, {}, [&](std::size_t i) {
        return std::tuple{chunks[i].kind, chunks[i].text, chunks[i].what.first};
    });
    batch.chunks.reserve(chunks.size());
    for (auto const i : order) batch.chunks.push_back(std::move(chunks[i]));
    return batch;
}

std::string list_key(char kind, std::string_view text) {
    std::string key;
    key.reserve(text.size() + 1);
    key.push_back(kind);
    key.append(text);
    return key;
}

}  // namespace diptych::log::segments
