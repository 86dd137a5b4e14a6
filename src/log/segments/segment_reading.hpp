/// @file
/// Reading frames and events of one segment.
#pragma once

#include "log/segments/frame_cursor.hpp"
#include "log/segments/frame_decode.hpp"

#include <diptych/event.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace diptych::log::segments {

/// Moves the cursor to the frame with events that holds `at`. Damage before it is stepped over.
///
/// Fails with corrupt if `at` itself lies in something damaged.
result<void> seek(frame_cursor& cursor, segment const& in, position at);

/// Takes a frame, whose bytes live until it returns.
using frame_taker = std::function<result<void>(found_frame const& found, segment const& in)>;

/// What is still wanted.
struct frames_to_take {
    std::size_t bytes;  ///< At least one frame is taken, however large.
    position up_to;     ///< No frame that begins behind it.
    frame_taker const& take;
    std::size_t taken = 0;
};

/// Gives frames from the cursor on, until enough bytes are used up or the segment ends. Fails at
/// damage, and with what the taker says.
result<void> take_frames(frame_cursor& cursor, segment const& in, frames_to_take& wanted);

/// Appends the events at these ascending positions, each checked, and the memory that holds them.
result<void> read_events(
    segment const& in,
    std::span<position const> positions,
    std::vector<recorded_event>& into,
    std::vector<std::shared_ptr<void const>>& memory
);

}  // namespace diptych::log::segments
