/// @file
/// All frames behind a position, a bounded piece at a time, those without events included.
#pragma once

#include "log/engine.hpp"

#include <cstddef>
#include <vector>

namespace diptych::log {

/// Not thread-safe. Keeps a reference: the engine must outlive it.
///
/// Frames without events have no position to go on from, so the frame before them is asked for
/// again and what has been given already is left out.
class frame_walk {
public:
    /// From the first frame after the one that holds `after`; 0 begins at the beginning.
    frame_walk(engine const& of, position after) : engine_(of), last_(after) {}

    /// The next frames; empty at the end.
    result<std::vector<frame_ptr>> next();

    position last() const { return last_; }  ///< The last event given.

    /// Fails with corrupt if the events given do not reach `end`.
    result<void> check_reached(position end) const;

private:
    static constexpr std::size_t bytes_max = 8u << 20;

    std::vector<frame_ptr> fresh(std::vector<frame_ptr> frames);

    engine const& engine_;
    position last_;
    std::size_t without_events_ = 0;  // given since last_
};

}  // namespace diptych::log
