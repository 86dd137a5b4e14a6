/// @file
/// One segment file and where things are in it.
#pragma once

#include "log/segments/segment_format.hpp"
#include "storage/disk.hpp"

#include <diptych/try.hpp>

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace diptych::log::segments {

/// A segment as it is listed: enough to find the one that holds a position or a time.
struct segment_entry {
    std::filesystem::path path;
    segment_header header;
    segment_extent extent;

    position first() const { return header.first; }
    position last() const { return header.first + extent.event_count - 1; }
};

/// Where a frame begins.
struct frame_place {
    std::uint64_t offset;
    diptych::position position;       ///< Of its first event; without events, of the next to come.
    std::uint32_t frames_before = 0;  ///< In the segment; 0: not known, or none.
};

/// An open segment. Thread-safe: any thread reads while one extends it.
class segment {
public:
    segment(
        std::filesystem::path path, segment_header const& header, std::unique_ptr<storage::file> on
    );
    segment(segment_entry entry, std::unique_ptr<storage::file> on, segment_tables tables);

    std::filesystem::path const& path() const { return path_; }
    segment_header const& header() const { return header_; }
    segment_key key() const { return header_.key(); }
    storage::file& on() { return *on_; }
    storage::file const& on() const { return *on_; }

    segment_extent extent() const;
    position last() const;  ///< first - 1 without events.
    segment_entry entry() const;
    std::string trailer() const;
    std::size_t memory() const;  ///< Bytes of its tables.

    /// A frame stands behind the last one, its event records at `events`.
    void extend(frame_header const& about, std::span<std::uint32_t const> events);

    /// What stands before `next` is damaged.
    void skip_to(frame_place next);

    /// An event record's offset, and how many bytes it has at most.
    struct place {
        std::uint64_t offset;
        std::uint64_t size_max;
    };
    std::optional<place> find(position at) const;  ///< nullopt: not here, or damaged.

    /// A frame near to the one that holds `at`, at least one before it, or the first one.
    frame_place frame_before(position at) const;

private:
    std::filesystem::path path_;
    segment_header header_;
    std::unique_ptr<storage::file> on_;
    mutable std::mutex mutex_;  // guards everything below
    segment_extent extent_;
    segment_tables tables_;
};

/// Fails with corrupt, naming position, file and offset.
std::unexpected<error> corrupt_at(
    segment const& in, std::uint64_t offset, position at, std::string_view why
);

/// Reads exactly `into`. Fails with corrupt if the file ends before.
result<void> read_exactly(
    storage::file const& from,
    std::filesystem::path const& path,
    std::uint64_t offset,
    std::span<char> into
);

/// Header of the segment that is named by `first`. Fails with corrupt (invalid for a newer format)
/// if it is not this log's segment of that name.
result<segment_header> read_segment_header(
    storage::file const& from, std::filesystem::path const& path, segment_key const& named
);

/// The footer; nullopt if the segment is not sealed, or its footer is damaged.
result<std::optional<segment_footer>> read_segment_footer(
    storage::file const& from, segment_key const& named
);

}  // namespace diptych::log::segments
