/// @file
/// Which bytes of the segment being written are zeros already, so that commits need not grow the
/// file.
///
/// Two threads meet here: the one that commits and the one that writes zeros ahead of it. They
/// never write the same bytes: a commit that reaches bytes being zeroed waits for that write to
/// end.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>

namespace diptych::log::segments {

/// See the file comment. Thread-safe.
class blocks_ahead {
public:
    /// Zeros reach up to `end`; frames up to `begin`.
    blocks_ahead(std::uint64_t begin, std::uint64_t end) : used_(begin), ready_(end) {}

    /// Bytes up to `end` are the commit's now; waits while they are being zeroed.
    void take(std::uint64_t end) {
        auto lock = std::unique_lock(mutex_);
        done_.wait(lock, [&] { return !zeroing_ || end <= ready_; });
        used_ = end;
        if (end > ready_) ready_ = end;
    }

    /// Whether bytes up to `end` are yet to be made, by the commit itself; nobody else zeroes
    /// until end_zeroing(), which must follow then. Waits while they are being zeroed.
    bool begin_growing(std::uint64_t end) {
        auto lock = std::unique_lock(mutex_);
        done_.wait(lock, [&] { return !zeroing_ || end <= ready_; });
        if (end <= ready_) return false;
        zeroing_ = true;
        return true;
    }

    struct range {
        std::uint64_t begin;
        std::uint64_t end;
    };

    /// The bytes to write zeros to, if fewer than `wanted` are ready; end_zeroing must follow.
    /// nullopt: nothing to do. One thread at a time.
    std::optional<range> begin_zeroing(std::uint64_t wanted, std::uint64_t end_max) {
        auto const lock = std::scoped_lock(mutex_);
        if (zeroing_ || ready_ - used_ >= wanted || ready_ >= end_max) return std::nullopt;
        zeroing_ = true;
        auto const end = ready_ + wanted;
        return range{.begin = ready_, .end = end < end_max ? end : end_max};
    }

    /// The zeros are durable up to `end` (or were not written: the range's begin).
    void end_zeroing(std::uint64_t end) {
        {
            auto const lock = std::scoped_lock(mutex_);
            zeroing_ = false;
            if (end > ready_) ready_ = end;
        }
        done_.notify_all();
    }

private:
    std::mutex mutex_;  // guards everything below
    std::condition_variable done_;
    std::uint64_t used_;
    std::uint64_t ready_;
    bool zeroing_ = false;
};

}  // namespace diptych::log::segments
