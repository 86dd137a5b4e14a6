/// @file
/// The first 80 bytes of a frame. docs/reference/segment-format.md has the table.
///
/// Both checksums are seeded with (log id, first position of the segment, number of the frame), so
/// that a frame of another log, another segment or another place never passes.
#pragma once

#include "log/frame.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace diptych::log::segments {

/// Bytes; smaller than any record. Bounds what a count may claim.
inline constexpr std::size_t smallest_record = 32;

inline constexpr std::string_view frame_magic{"\xd1\x97\x66\x72", 4};

/// Where a segment belongs: what seeds the checksums of its frames.
struct segment_key {
    uuid log_id;
    position first;
};

struct frame_header {
    std::uint32_t number;  ///< In its segment, from 1.
    std::uint32_t body_size;
    std::uint32_t event_count;
    std::uint32_t answer_count;
    position first;  ///< Of its first event; without events, of the next event to come.
    timestamp recorded_at;
    hash256 chain;
    std::uint32_t body_checksum;

    std::uint64_t size() const { return frame_header_size + std::uint64_t{body_size}; }
    position next() const { return first + event_count; }
};

/// The seed of both checksums.
std::uint32_t frame_seed(segment_key const& of, std::uint32_t number);

/// Fills in the header at the start of `frame`, whose body is complete; body_size and body_checksum
/// are worked out here.
void store_frame_header(std::span<char> frame, frame_header about, segment_key const& of);

/// The header that `bytes` begin with; nullopt if there is none that passes.
std::optional<frame_header> load_frame_header(std::string_view bytes, segment_key const& of);

/// Whether the body behind a header is what was written.
bool body_passes(std::string_view body, frame_header const& about, segment_key const& of);

}  // namespace diptych::log::segments
