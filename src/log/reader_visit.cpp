// Visiting what a query matches: through the index where few of the log's events are its own, in
// whole frames where many are, and in place in the tail.
#include "log/block_search.hpp"
#include "log/reader.hpp"

#include <diptych/query.hpp>
#include <diptych/try.hpp>

#include <algorithm>
#include <utility>

namespace diptych::log {

namespace {

constexpr std::size_t page_size = 1'000;
constexpr std::size_t piece_bytes = 8u << 20;  // of frames, none of which is kept

// An event costs some ten times as much through the index as in a frame that is read anyway.
bool is_dense(std::uint64_t found, std::uint64_t passed) { return found * 8 >= passed; }

}  // namespace

result<reader::visited> reader::visit_index(
    query const& what, stretch const& of, event_visitor const& visit
) const {
    DIPTYCH_TRY(
        auto const page,
        read({.what = what, .after = of.after, .up_to = of.up_to, .limit = page_size})
    );
    for (auto const& event : page) DIPTYCH_TRY(visit(event));
    auto const to = page.at_end() ? of.up_to : std::max(of.after, page.seen().position);
    auto const is_full = page.size() == page_size;
    return visited{
        .to = to,
        .events = page.size(),
        .is_dense = is_full && is_dense(page_size, to.value - of.after.value)
    };
}

result<reader::visited> reader::visit_frames(
    query const& what, stretch const& of, event_visitor const& visit
) const {
    std::size_t found = 0;
    auto const visit_mine = [&](recorded_event const& event) -> result<void> {
        if (!matches(what, event)) return {};
        ++found;
        return visit(event);
    };
    DIPTYCH_TRY(auto const to, engine_.visit(of, piece_bytes, visit_mine));
    auto const passed = to.value - of.after.value;
    return visited{.to = to, .events = found, .is_dense = passed > 0 && is_dense(found, passed)};
}

result<reader::visited> reader::visit_block(
    query const& what, stretch const& of, event_visitor const& visit
) const {
    auto const number = tail_->block_of(of.after + 1);
    auto const to = std::min(of.up_to, tail_->last_of(number));
    std::size_t found = 0;
    result<void> said;
    auto const visit_one = [&](recorded_event const& event) {
        ++found;
        said = visit(event);
        return said.has_value();
    };
    if (!each_match(*tail_->blocks[number], what, {.after = of.after, .up_to = to}, visit_one))
        return std::unexpected(std::move(said).error());
    return visited{.to = to, .events = found};
}

result<reader::visited> reader::visit_some(
    query const& what, stretch const& of, bool in_frames, event_visitor const& visit
) const {
    if (of.after + 1 >= tail_->first()) return visit_block(what, of, visit);
    stretch const older{.after = of.after, .up_to = std::min(of.up_to, tail_->first() - 1)};
    return in_frames ? visit_frames(what, older, visit) : visit_index(what, older, visit);
}

}  // namespace diptych::log
