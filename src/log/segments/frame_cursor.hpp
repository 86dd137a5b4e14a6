/// @file
/// Walks the frames of a segment, one after the other, with few large reads.
#pragma once

#include "log/segments/segment.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace diptych::log::segments {

/// Kept free behind what is read: parsers may look this far behind a text.
inline constexpr std::size_t parser_slack = 64;

/// A frame as it stands in the file. The view is valid until the cursor moves on.
struct found_frame {
    frame_header about;
    std::uint64_t offset;
    std::string_view bytes;  ///< Header and body; empty if only headers are walked.
};

/// Not thread-safe. Keeps a reference: the segment must outlive it.
class frame_cursor {
public:
    /// From the frame at `begin` to the offset `end`.
    frame_cursor(segment const& in, frame_place begin, std::uint64_t end)
        : in_(in), at_(begin), end_(end) {}

    /// Where the next frame is expected.
    frame_place place() const { return at_; }
    void move_to(frame_place where) { at_ = where; }

    /// The next frame, header and body checked; nullopt at the end. Fails with corrupt; then the
    /// cursor stays.
    result<std::optional<found_frame>> next();

    /// As next, but looks only at the header and skips the body.
    result<std::optional<found_frame>> next_header();

    /// Moves on to the next place where a header passes; false if there is none.
    result<bool> resume();

private:
    result<std::string_view> bytes_at(std::uint64_t offset, std::size_t size);
    result<std::optional<frame_header>> header_here();

    segment const& in_;
    frame_place at_;
    std::uint64_t end_;
    std::string chunk_;
    std::uint64_t chunk_at_ = 0;
};

/// What stands in a segment behind a place.
struct rest_of_segment {
    bool is_zero = true;
    std::optional<frame_place> frame = {};  ///< The first one whose header passes.
};

/// Looks from `place` to the offset `end` for anything but zeros, and for a frame behind those
/// before `place`.
result<rest_of_segment> search(segment const& in, frame_place place, std::uint64_t end);

}  // namespace diptych::log::segments
