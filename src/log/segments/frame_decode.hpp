/// @file
/// From the bytes of a frame to its events and answers.
#pragma once

#include "log/engine.hpp"
#include "log/segments/frame_cursor.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace diptych::log::segments {

/// Offsets of the event records in the file; fewer than the header says if a length does not fit.
std::vector<std::uint32_t> event_offsets(
    std::string_view frame, frame_header const& about, std::uint64_t offset
);

/// Visits the events where they stand. Fails with corrupt if a record does not decode, and with
/// what the visitor says.
result<void> visit_events(found_frame const& found, segment const& in, event_visitor const& visit);

/// A frame that owns its bytes. Fails with corrupt if a record does not decode.
result<frame_ptr> decode_frame(found_frame const& found, segment const& in);

}  // namespace diptych::log::segments
