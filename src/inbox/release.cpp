#include "inbox/release.hpp"

#include "base/planted_bug.hpp"
#include "inbox/records.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace diptych::inbox {

namespace {

constexpr std::size_t events_max = 1'000;
constexpr std::size_t bytes_max = 4u << 20;

}  // namespace

bool release::is_full() const {
    return is_alone_ || request_.events.size() >= events_max ||
           assumed_.taken.size() >= events_max || bytes_ >= bytes_max;
}

result<void> release::pass(message const& what) { return record(what, false); }

result<void> release::record(message const& what, bool is_dropped) {
    auto const has_order = source_.is_ordered() && what.version > 0;
    auto event = is_dropped ? skipped_record(source_, what) : event_of(source_, what);
    if (has_order) {
        DIPTYCH_TRY(auto* const at, memory_.passed.of(what.stream));
        assumed_.streams.insert(what.stream);
        request_.expect.emplace(event.stream, expected_version::exactly(at->home));
        at->last = what.version;
        ++at->home;
    }
    bytes_ += event.data.size() + event.metadata.size();
    request_.events.push_back(std::move(event));
    if (!is_dropped)
        for (auto const& tag : what.tags)
            std::ranges::move(memory_.note(what.type, tag), std::back_inserter(noted_));
    if (!has_order) return {};
    if (auto const* const next = memory_.area.first_of(what.stream)) memory_.look_at(*next);
    return {};
}

result<void> release::take_held(std::string const& message_id) {
    auto const* const one = memory_.area.find(message_id);
    auto const what = one->what;
    auto const is_dropped = one->is_dropped;
    assumed_.taken.push_back(*one);
    memory_.area.take(message_id);
    if (source_.is_ordered() && what->version > 0) {
        DIPTYCH_TRY(auto const* const at, memory_.passed.of(what->stream));
        if (what->version <= at->last) {
            ++stale_;
            assumed_.streams.insert(what->stream);
            // What it is older than may still be under way.
            request_.expect.emplace(
                source_.home_of(what->stream), expected_version::exactly(at->home)
            );
            if (auto const* const next = memory_.area.first_of(what->stream))
                memory_.look_at(*next);
            return {};
        }
    }
    return record(*what, is_dropped);
}

result<bool> release::force(std::string message_id) {
    auto const* const one = memory_.area.find(message_id);
    std::vector<std::string> ids;
    if (source_.is_ordered())
        for (auto const* const before : memory_.area.all_of(one->what->stream))
            if (before->what->version < one->what->version) ids.push_back(before->what->id);
    ids.push_back(std::move(message_id));
    for (auto const& id : ids) {
        if (is_full()) return false;
        DIPTYCH_TRY(take_held(id));
    }
    return true;
}

void release::drop(std::string const& message_id) {
    request_.events.push_back(dropped_record(source_, message_id));
    memory_.area.drop(message_id);
    memory_.look_at(*memory_.area.find(message_id));
}

result<void> release::follow(std::set<std::string> const& alone) {
    for (auto at = memory_.ready.begin(); at != memory_.ready.end() && !is_full();) {
        auto const place = at->first;
        auto const id = at->second;
        auto const is_alone = alone.contains(id);
        if (is_alone && !is_empty()) {
            ++at;
            continue;
        }
        memory_.ready.erase(at);
        auto const* const one = memory_.area.find(id);
        if (one != nullptr) {
            DIPTYCH_TRY(auto const can, can_pass(source_, memory_, *one));
            if (can) {
                is_alone_ = is_alone;
                DIPTYCH_TRY(take_held(id));
                at = memory_.ready.begin();  // what it has made ready may stand before it
                continue;
            }
        }
        at = memory_.ready.upper_bound(place);
    }
    return {};
}

append_request release::take() {
    for (auto const& id : noted_) memory_.area.unknow(id);
    if (!assumed_.taken.empty() && !is_planted(bug::released_twice)) {
        std::vector<std::string> ids;
        for (auto const& one : assumed_.taken) ids.push_back(one.what->id);
        request_.events.push_back(released_record(source_, ids));
    }
    return std::move(request_);
}

}  // namespace diptych::inbox
