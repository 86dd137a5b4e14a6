#include "write/history.hpp"

#include <diptych/try.hpp>

#include <algorithm>

namespace diptych::write {

namespace {

constexpr std::size_t page_size = 1'000;
constexpr std::size_t piece_bytes = 1u << 20;  // of frames

// An event costs some ten times as much through the index as in a frame that is read anyway.
bool is_dense(std::uint64_t found, std::uint64_t passed) { return found * 8 >= passed; }

class reading {
public:
    reading(
        log::sequenced_log const& log, query const& what, position up_to, event_visitor const& visit
    )
        : log_(log), what_(what), up_to_(up_to), visit_(visit) {}

    // Each moves `after` on and says whether frames are the better way to go on.
    result<bool> by_index(position& after) {
        DIPTYCH_TRY(
            auto const page,
            log_.read({.what = what_, .after = after, .up_to = up_to_, .limit = page_size})
        );
        for (auto const& event : page) DIPTYCH_TRY(visit_(event));
        visited_ += page.size();
        auto const begin = after;
        after = page.at_end() ? up_to_ : std::max(after, page.seen().position);
        return page.size() == page_size && is_dense(page_size, after.value - begin.value);
    }

    result<bool> by_frames(position& after) {
        DIPTYCH_TRY(auto const frames, log_.frames(after + 1, piece_bytes));
        auto const begin = after;
        std::uint64_t found = 0;
        for (auto const& frame : frames)
            for (auto const& event : frame->events) {
                if (event.position <= after || event.position > up_to_) continue;
                after = event.position;
                if (!matches(what_, event)) continue;
                DIPTYCH_TRY(visit_(event));
                ++found;
            }
        visited_ += found;
        return after > begin && is_dense(found, after.value - begin.value);
    }

    std::size_t visited() const { return visited_; }

private:
    log::sequenced_log const& log_;
    query const& what_;
    position const up_to_;
    event_visitor const& visit_;
    std::size_t visited_ = 0;
};

}  // namespace

result<std::size_t> read_history(
    log::sequenced_log const& log,
    query const& what,
    position after,
    position up_to,
    event_visitor const& visit
) {
    reading of(log, what, up_to, visit);
    for (auto in_frames = false; after < up_to;) {
        DIPTYCH_TRY(in_frames, in_frames ? of.by_frames(after) : of.by_index(after));
    }
    return of.visited();
}

}  // namespace diptych::write
