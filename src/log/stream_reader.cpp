// The part of reader that follows one stream by its versions.
#include "log/block_view.hpp"
#include "log/reader.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <utility>

namespace diptych::log {

namespace {

constexpr std::size_t batch_max = 1024;

}  // namespace

// No event of the stream from this version on lies before here.
position reader::oldest_place(std::string_view stream, version from) const {
    for (auto i = tail_->blocks.size(); i-- > 0;) {
        auto const& block = *tail_->blocks[i];
        auto const* const entry = block.name(stream);
        if (entry != nullptr && !entry->home().empty() && entry->first_version <= from)
            return block.first();
    }
    return position{1};
}

// Where the stream's event of this version lies; the end if there is none so new.
result<position> reader::newest_place(std::string_view stream, version from) const {
    auto place = tail_->end.position;
    if (from.value == 0) return place;
    auto const visit_source = [&](source const& in) -> result<bool> {
        DIPTYCH_TRY(auto const at, in.lists->from_version(stream, from, 1));
        if (at.empty() || at.front() > in.last) return true;
        place = at.front();
        return false;
    };
    DIPTYCH_TRY(each_source(oldest_place(stream, from), place, direction::forward, visit_source));
    return place;
}

result<void> reader::load_versions(
    source const& from, std::string_view stream, stream_options const& options, collected& into
) const {
    auto const is_forward = options.direction == direction::forward;
    auto next_version = options.from;
    auto next_before = from.last + 1;
    for (auto more = true; more && into.events.size() < options.limit;) {
        auto const wanted = std::min(options.limit - into.events.size(), batch_max);
        posting_key const key{.kind = posting_kind::home, .text = stream};
        DIPTYCH_TRY(
            auto batch,
            is_forward ? from.lists->from_version(stream, next_version, wanted)
                       : from.lists->before(key, next_before, wanted)
        );
        more = batch.size() == wanted;
        std::erase_if(batch, [&](position at) { return at < from.first || at > from.last; });
        if (batch.empty()) break;
        next_before = batch.back();
        auto const before = into.events.size();
        DIPTYCH_TRY(load(from, std::move(batch), options.direction, into));
        next_version = into.events.back().version + 1;
        if (options.engine_events) continue;
        auto const fresh = std::ranges::subrange(
            into.events.begin() + static_cast<std::ptrdiff_t>(before), into.events.end()
        );
        auto const hidden = std::ranges::remove_if(fresh, [](auto const& event) {
            return is_engine_type(event.type);
        });
        into.events.erase(hidden.begin(), hidden.end());
    }
    return {};
}

result<page> reader::read_stream(std::string_view stream, stream_options const& options) const {
    auto const is_forward = options.direction == direction::forward;
    auto const first = is_forward ? oldest_place(stream, options.from) : position{1};
    auto last = std::min(options.up_to.value_or(tail_->end.position), tail_->end.position);
    if (!is_forward) {
        DIPTYCH_TRY(auto const newest, newest_place(stream, options.from));
        last = std::min(last, newest);
    }
    read_options const how{.limit = options.limit, .direction = options.direction};
    DIPTYCH_TRY(check(how));
    collected found;
    auto const visit_source = [&](source const& from) -> result<bool> {
        DIPTYCH_TRY(load_versions(from, stream, options, found));
        return found.events.size() < options.limit;
    };
    DIPTYCH_TRY(each_source(first, last, options.direction, visit_source));
    return made_of(std::move(found), last, how);
}

// The index may know more than this reader may: it was opened later, or the log has lost its end.
result<std::optional<version>> reader::last_version(source const& from, std::string_view stream)
    const {
    if (from.lists->last() <= from.last) return from.lists->last_version(stream);
    posting_key const key{.kind = posting_kind::home, .text = stream};
    DIPTYCH_TRY(auto newest, from.lists->before(key, from.last + 1, 1));
    collected found;
    DIPTYCH_TRY(load(from, std::move(newest), direction::forward, found));
    if (found.events.empty()) return std::optional<version>{};
    return found.events.front().version;
}

result<version> reader::stream_version(std::string_view stream) const {
    version last{};
    auto const visit_source = [&](source const& from) -> result<bool> {
        DIPTYCH_TRY(auto const known, last_version(from, stream));
        if (known) last = *known;
        return !known;
    };
    DIPTYCH_TRY(each_source(position{1}, tail_->end.position, direction::backward, visit_source));
    return last;
}

result<std::optional<position>> reader::find(std::string_view stream, uuid const& id) const {
    std::optional<position> place;
    auto const visit_source = [&](source const& from) -> result<bool> {
        DIPTYCH_TRY(place, from.lists->find(stream, id));
        // The index may have been opened long after the tail was pinned.
        if (place && *place > from.last) place.reset();
        return !place;
    };
    DIPTYCH_TRY(each_source(position{1}, tail_->end.position, direction::backward, visit_source));
    return place;
}

// Blocks without events count here, so sources, which are spans of positions, do not serve.
result<std::optional<answer>> reader::find_answer(std::string_view caller, std::string_view id)
    const {
    for (auto i = tail_->blocks.size(); i-- > 0;) {
        block_view const view(*tail_->blocks[i], tail_->last_of(i), tail_->frames);
        DIPTYCH_TRY(auto known, view.find_answer(caller, id));
        if (known) return known;
    }
    DIPTYCH_TRY(auto const snapshot, index());
    DIPTYCH_TRY(auto known, snapshot->find_answer(caller, id));
    // Its events are not to be had from this tail: whoever pins a newer one finds it.
    if (known && known->judged_at > tail_->end.position) known.reset();
    return known;
}

}  // namespace diptych::log
