/// @file
/// Writes frames to the last segment, seals it, and prepares the next one.
#pragma once

#include "log/segments/blocks_ahead.hpp"
#include "log/segments/folder.hpp"
#include "log/segments/segment.hpp"

#include <atomic>
#include <memory>
#include <mutex>

namespace diptych::log::segments {

/// Writes real zeros from `begin` to `end` and syncs them.
result<void> write_zeros(storage::file& to, std::uint64_t begin, std::uint64_t end);

/// How many zeros to keep ahead in a log of this size.
std::uint64_t ahead_size(std::uint64_t file_size);

/// The file of the segment to come, with its first blocks written, under a name of its own.
/// Thread-safe.
///
/// Keeps a reference: the disk must outlive it.
class next_segment {
public:
    next_segment(storage::disk& on, folder in) : disk_(on), folder_(std::move(in)) {}

    /// Makes the file with `zeros` bytes if it is not there, or shorter than `zeros_min`. Whether
    /// it had to. Fails with unavailable if there is no space; then nothing is left of it.
    result<bool> prepare(std::uint64_t zeros, std::uint64_t zeros_min = 0);

    /// Gives the prepared file its header and its name, durably.
    result<std::shared_ptr<segment>> begin(segment_header const& header);

    /// Forgets the prepared file: recovery removes what bears its name.
    void forget();

    /// Zeros there were when it began.
    std::uint64_t zeros() const { return zeros_; }

private:
    result<void> make(std::uint64_t zeros);

    storage::disk& disk_;
    folder folder_;
    std::mutex mutex_;  // guards everything below
    std::unique_ptr<storage::file> ready_;
    std::atomic<std::uint64_t> zeros_ = 0;
};

/// Writes to one segment. One thread writes and seals, another may call write_ahead.
class segment_writer {
public:
    /// `zeros_end`: how far the file is known to hold zeros. `ahead` is the same file opened once
    /// more: an I/O error is reported once to each opening, and a commit must not miss its own.
    segment_writer(
        std::shared_ptr<segment> to, std::unique_ptr<storage::file> ahead, std::uint64_t zeros_end
    );

    std::shared_ptr<segment> const& target() const { return to_; }

    /// Whether `size` more bytes and the trailer stay within `bytes_max`. A segment without events
    /// is never full: the next one would have its name.
    bool has_room(std::size_t size, std::uint64_t bytes_max) const;

    /// Sees to it that `size` bytes can be written behind the last frame. Fails with unavailable
    /// if there is no space for them; then the segment is as before.
    result<void> make_room(std::uint64_t size);
    result<void> make_room_for_trailer();

    /// Header filled in, written, synced; then the segment includes it.
    result<void> write(frame& next);

    /// Trailer written behind the last frame, file cut behind it, synced.
    result<void> seal();

    /// Writes the next zeros, if there are too few. Whether it did. Fails with unavailable if there
    /// is no space, with other kinds if the file is no longer to be trusted.
    result<bool> write_ahead(std::uint64_t bytes_max);

private:
    std::shared_ptr<segment> to_;
    std::unique_ptr<storage::file> ahead_file_;
    blocks_ahead ahead_;
};

}  // namespace diptych::log::segments
