#include "log/staged_view.hpp"

#include "log/block_search.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <utility>

namespace diptych::log {

std::optional<std::vector<recorded_event>> staged_view::since(
    query const& what, position after, std::size_t limit
) const {
    if (after + 1 < recorded_.seen().first()) return std::nullopt;
    std::vector<recorded_event> newer;
    for (auto i = recorded_.seen().block_of(after + 1); i < blocks().size(); ++i)
        search(*blocks()[i], what, after, limit + 1, newer);
    if (newer.size() > limit) return std::nullopt;
    return newer;
}

result<version> staged_view::version_of(std::string_view stream, prepared const& what) {
    // Among the young ones again: what one append needs is not forgotten while it is staged.
    if (auto const* const known = heads_.changeable(stream, staged_.end())) return *known;
    auto const name = [](auto const& one) { return std::string_view(one.first); };
    auto const looked_up = std::ranges::lower_bound(what.versions, stream, {}, name);
    // Later writes to the stream would be in heads, if none of those have been forgotten.
    auto is_found = looked_up != what.versions.end() && name(*looked_up) == stream &&
                    what.looked_to >= heads_.forgotten_to();
    auto last = is_found ? looked_up->second : version{};
    for (auto i = blocks().size(); !is_found && i-- > 0;) {
        auto const* const entry = blocks()[i]->name(stream);
        is_found = entry != nullptr && !entry->home().empty();
        if (is_found) last = entry->first_version + (entry->home().size() - 1);
    }
    if (!is_found) {
        DIPTYCH_TRY(last, recorded_.stream_version(stream));
    }
    heads_.set(stream, last, staged_.end());
    return last;
}

result<std::optional<recorded_event>> staged_view::first_match(query const& what, position after) {
    if (after + 1 < recorded_.seen().first()) {
        DIPTYCH_TRY(from_index_, recorded_.read({.what = what, .after = after, .limit = 1}));
        if (!from_index_.empty()) return from_index_[0];
        after = recorded_.seen().end.position;
    }
    std::vector<recorded_event> first;
    for (auto i = recorded_.seen().block_of(after + 1); i < blocks().size(); ++i) {
        search(*blocks()[i], what, after, 1, first);
        if (!first.empty()) return first.front();
    }
    return std::nullopt;
}

result<std::optional<recorded_event>> staged_view::event_of(std::string_view stream, version at) {
    for (auto i = blocks().size(); i-- > 0;) {
        auto const* const entry = blocks()[i]->name(stream);
        if (entry == nullptr || entry->home().empty() || entry->first_version > at) continue;
        auto const place = at.value - entry->first_version.value;
        if (place >= entry->home().size()) return std::nullopt;
        return blocks()[i]->event(entry->home()[place]);
    }
    DIPTYCH_TRY(
        from_index_, recorded_.read_stream(stream, {.from = at, .limit = 1, .engine_events = true})
    );
    if (from_index_.empty()) return std::nullopt;
    return from_index_[0];
}

result<std::optional<answer>> staged_view::unseen::find_answer(
    std::string_view caller, std::string_view id
) const {
    auto const all = ~std::uint64_t{0};
    for (auto i = in_.blocks().size(); i-- > 0;) {
        auto const& block = *in_.blocks()[i];
        if (auto const* const known = block.find_answer(caller, id, all)) return *known;
        if (what_.has_looked && block.frames_before() <= what_.frames_looked_to)
            return std::nullopt;
    }
    // Without a look; or blocks with what is newer than it have gone into the index since.
    return in_.recorded_.find_answer(caller, id);
}

result<std::optional<position>> staged_view::unseen::find(std::string_view stream, uuid const& id)
    const {
    for (auto i = in_.blocks().size(); i-- > 0;) {
        auto const& block = *in_.blocks()[i];
        if (auto const place = block.find(stream, id, in_.staged_.end()))
            return block.position_of(*place);
        if (what_.has_looked && block.first() <= what_.looked_to + 1) return std::nullopt;
    }
    return in_.recorded_.find(stream, id);
}

result<page> staged_view::unseen::fetch(position first, std::size_t count) const {
    if (first < in_.recorded_.seen().first()) return in_.recorded_.fetch(first, count);
    std::vector<recorded_event> events;
    for (auto const& one : in_.blocks())
        for (auto at = std::max(first, one->first()); at <= one->last() && at < first + count; ++at)
            events.push_back(one->event(one->offset_of(at)));
    return page{std::move(events), {}, in_.end(), true};
}

}  // namespace diptych::log
