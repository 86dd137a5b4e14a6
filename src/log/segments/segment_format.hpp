/// @file
/// How a segment file begins and, once sealed, ends. docs/reference/segment-format.md has the
/// tables.
#pragma once

#include "log/frame.hpp"
#include "log/segments/frame_format.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::log::segments {

inline constexpr std::uint32_t segment_format_version = 1;
inline constexpr std::size_t segment_header_size = 128;
inline constexpr std::size_t segment_footer_size = 128;
inline constexpr std::uint64_t frame_mark_distance = 32 * 1024;  ///< At least, between two marks.

struct segment_header {
    uuid log_id;
    diptych::epoch epoch;
    position first;         ///< Of its first event; also its name.
    position previous;      ///< First position of the segment before; 0 for the first one.
    hash256 chain;          ///< Before its first frame.
    timestamp recorded_at;  ///< Of the last record before it.

    segment_key key() const { return {.log_id = log_id, .first = first}; }
};

/// The 128 bytes a segment begins with.
std::string encode(segment_header const& header);

/// Fails with corrupt if the bytes are no header, invalid if they are of a newer format.
result<segment_header> decode_segment_header(std::string_view bytes);

/// Where a frame begins: one of them every 32 KiB or so.
struct frame_mark {
    std::uint32_t offset;
    std::uint32_t ordinal;  ///< Events of the segment before it.
};

/// How far a segment reaches.
struct segment_extent {
    std::uint64_t frames_end = segment_header_size;  ///< Offset behind the last frame.
    std::uint32_t frame_count = 0;
    std::uint32_t event_count = 0;
    hash256 chain{};             ///< After the last frame.
    timestamp first_recorded{};  ///< Of the first frame.
    timestamp last_recorded{};   ///< Of the last frame.
};

/// Where things are in a segment.
struct segment_tables {
    std::vector<std::uint32_t> events;  ///< Offset of each event record; 0: damaged.
    std::vector<frame_mark> frames;
};

/// What is written behind the last frame when a segment is sealed: both tables, then 128 bytes.
std::string encode_trailer(
    segment_key const& of, segment_extent const& extent, segment_tables const& tables
);

/// The last 128 bytes of a sealed segment.
struct segment_footer {
    segment_extent extent;
    std::uint32_t mark_count;
    std::uint32_t tables_checksum;

    std::uint64_t tables_size() const {
        return std::uint64_t{extent.event_count} * 4 + std::uint64_t{mark_count} * 8;
    }
    std::uint64_t file_size() const {
        return extent.frames_end + tables_size() + segment_footer_size;
    }
};

/// nullopt if these are not the last bytes of this segment, sealed.
std::optional<segment_footer> decode_segment_footer(std::string_view bytes, segment_key const& of);

/// nullopt if the checksum does not match.
std::optional<segment_tables> decode_tables(std::string_view bytes, segment_footer const& footer);

}  // namespace diptych::log::segments
