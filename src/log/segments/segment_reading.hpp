/// @file
/// Reading frames and events of one segment.
#pragma once

#include "log/segments/frame_cursor.hpp"
#include "log/segments/frame_decode.hpp"

#include <diptych/event.hpp>

#include <memory>
#include <span>
#include <vector>

namespace diptych::log::segments {

/// Moves the cursor to the frame with events that holds `at`. Damage before it is stepped over.
///
/// Fails with corrupt if `at` itself lies in something damaged.
result<void> seek(frame_cursor& cursor, segment const& in, position at);

/// Appends decoded frames from the cursor on, until `bytes_left` is used up (at least one frame if
/// `into` is empty). Damage after the first frame ends it; the next call then reports it.
result<void> read_frames(
    frame_cursor& cursor, segment const& in, std::size_t& bytes_left, std::vector<frame_ptr>& into
);

/// Appends the events at these ascending positions, each checked, and the memory that holds them.
result<void> read_events(
    segment const& in,
    std::span<position const> positions,
    std::vector<recorded_event>& into,
    std::vector<std::shared_ptr<void const>>& memory
);

}  // namespace diptych::log::segments
