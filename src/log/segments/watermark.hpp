/// @file
/// How far the log is durable, as the writer tells other processes and its own next start.
///
/// A mark is 128 bytes with a checksum. WATERMARK is a page of memory that processes share through
/// a file and holds two marks, written in turn, so that one of them is always whole. CLOSED holds
/// one and exists only between a clean close and the next start of a writer.
#pragma once

#include "log/frame.hpp"
#include "storage/disk.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace diptych::log::segments {

inline constexpr std::size_t mark_size = 128;

/// A durable end of the log: behind which frame of which segment.
struct durable_mark {
    uuid log_id;
    diptych::epoch epoch;
    diptych::position position;  ///< Of the last event.
    diptych::position segment;   ///< First position of the segment.
    std::uint64_t offset;        ///< Behind the last frame.
    std::uint32_t frame_count;   ///< Of the segment so far.
    hash256 chain;               ///< After the last frame.
    timestamp recorded_at;       ///< Of the last frame.

    log_end end() const {
        return {
            .log_id = log_id,
            .epoch = epoch,
            .position = position,
            .chain = chain,
            .recorded_at = recorded_at,
        };
    }
    /// Whether it lies further on than `other`, answers included.
    bool is_beyond(durable_mark const& other) const {
        return segment != other.segment ? segment > other.segment : offset > other.offset;
    }
};

/// A mark as it is written; `sequence` tells the newer of two.
std::string encode(durable_mark const& mark, std::uint64_t sequence);

struct numbered_mark {
    durable_mark mark;
    std::uint64_t sequence;
};

/// nullopt if the bytes are not a whole mark.
std::optional<numbered_mark> decode_mark(std::string_view bytes);

/// The shared page. One thread stores; loading is thread-safe, also from other processes.
class watermark {
public:
    explicit watermark(std::unique_ptr<storage::shared_page> page) : page_(std::move(page)) {}

    void store(durable_mark const& mark);

    /// The newer of the two marks of this log; nullopt if neither is one.
    std::optional<durable_mark> load(uuid const& log_id) const;

private:
    std::optional<numbered_mark> load_slot(std::size_t slot) const;

    std::unique_ptr<storage::shared_page> page_;
    std::uint64_t sequence_ = 0;
};

}  // namespace diptych::log::segments
