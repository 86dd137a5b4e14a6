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

// What lies behind the tail. Each way to go on moves `after`, and says whether frames are the
// better one from there.
class past_visit {
public:
    past_visit(
        reader const& in,
        engine const& behind,
        query const& what,
        position up_to,
        event_visitor const& visit
    )
        : in_(in), engine_(behind), what_(what), up_to_(up_to), visit_(visit) {}

    result<bool> by_index(position& after) {
        DIPTYCH_TRY(
            auto const page,
            in_.read({.what = what_, .after = after, .up_to = up_to_, .limit = page_size})
        );
        for (auto const& event : page) DIPTYCH_TRY(visit_(event));
        visited_ += page.size();
        auto const begin = after;
        after = page.at_end() ? up_to_ : std::max(after, page.seen().position);
        return page.size() == page_size && is_dense(page_size, after.value - begin.value);
    }

    result<bool> by_frames(position& after) {
        std::uint64_t found = 0;
        auto const visit_mine = [&](recorded_event const& event) -> result<void> {
            if (event.position > up_to_ || !matches(what_, event)) return {};
            ++found;
            return visit_(event);
        };
        auto const begin = after;
        DIPTYCH_TRY(auto const last, engine_.visit(after + 1, piece_bytes, visit_mine));
        visited_ += found;
        after = std::min(last, up_to_);
        return after > begin && is_dense(found, after.value - begin.value);
    }

    std::size_t visited() const { return visited_; }

private:
    reader const& in_;
    engine const& engine_;
    query const& what_;
    position const up_to_;
    event_visitor const& visit_;
    std::size_t visited_ = 0;
};

}  // namespace

result<std::size_t> reader::visit(
    query const& what, position after, position up_to, event_visitor const& visit
) const {
    auto const behind = std::min(up_to, tail_->first() - 1);
    past_visit older(*this, engine_, what, behind, visit);
    for (auto in_frames = false; after < behind;) {
        DIPTYCH_TRY(in_frames, in_frames ? older.by_frames(after) : older.by_index(after));
    }
    auto count = older.visited();
    if (after >= up_to) return count;
    result<void> said;
    auto const visit_one = [&](recorded_event const& event) {
        said = visit(event);
        ++count;
        return said.has_value();
    };
    for (auto i = tail_->block_of(after + 1); i < tail_->blocks.size(); ++i) {
        auto const last = std::min(up_to, tail_->last_of(i));
        if (!each_match(*tail_->blocks[i], what, after, last, visit_one))
            return std::unexpected(std::move(said).error());
    }
    return count;
}

}  // namespace diptych::log
