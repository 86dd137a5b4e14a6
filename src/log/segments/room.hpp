/// @file
/// Whether the disk has room, and a reserve to go on with when it has none.
#pragma once

#include "log/growing_pause.hpp"
#include "log/segments/folder.hpp"

#include <diptych/clock.hpp>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>

namespace diptych::log::segments {

/// Keeps a file of real blocks, RESERVE, that nobody uses. When the disk is full it is given back:
/// most of it at once, so that databases can finish what they have begun, the rest when the log is
/// closed. From then on until as much is free again, nothing is appended. Thread-safe.
///
/// Keeps a reference: the disk must outlive it.
class room {
public:
    /// `reserve_bytes` 0: no file, one that is there goes, and try_again() believes that there is
    /// room.
    room(storage::disk& on, folder in, std::uint64_t reserve_bytes);

    /// Takes the reserve, or finds that the disk is full: that is no failure. Fails as the disk
    /// does otherwise.
    result<void> begin();

    /// Fails with unavailable (disk_full) while there is no room. Cheap.
    result<void> check() const;

    /// Something found no room, as `why` says; other errors are ignored. Gives most of the reserve
    /// back.
    void ran_out(error const& why);

    /// If there was no room, looks from time to time whether there is now: takes the reserve again,
    /// and sees that some is left besides. Whether there is room.
    bool try_again(timestamp now);

    /// Gives all of it back, for closing.
    void give_all_back();

private:
    result<void> take();
    void note_full(error const& why);
    void shrink_to(std::uint64_t bytes);

    storage::disk& disk_;
    folder const folder_;
    std::uint64_t const reserve_bytes_;
    std::mutex mutable telling_;  // guards full_; held for a moment, mutex_ while the disk works
    std::optional<error> full_;   // why nothing may be appended
    std::atomic<bool> is_full_ = false;  // whether full_ says why
    std::mutex mutex_;                   // guards everything below, and changes of the above
    std::uint64_t held_ = 0;             // bytes of the file
    growing_pause before_trying_;
};

}  // namespace diptych::log::segments
