/// @file
/// What is tried again by itself, and when.
#pragma once

#include <diptych/clock.hpp>
#include <diptych/error.hpp>
#include <diptych/position.hpp>

#include <chrono>
#include <optional>

namespace diptych::write {

/// Whether nothing is wrong with what was asked for: it may be tried again as it is.
bool passes_by_itself(error const& what);

/// Whether a place in the log can not be read: that may last, and need not be so of other places.
bool is_bad_place(error const& what);

/// The rest after failures in a row at one position: `first`, then twice as long each time, at most
/// `longest`. Not thread-safe.
class rest_after_failure {
public:
    rest_after_failure(std::chrono::microseconds first, std::chrono::microseconds longest)
        : first_(first), longest_(longest) {}

    /// Failures at another position than the last one begin with the shortest rest again.
    void note_failure(position at, error why, timestamp now);
    void note_success();

    /// Whether it is not yet time to try again. A clock that was set back makes no rest longer.
    bool is_on(timestamp now) const {
        return retry_at_ && now < *retry_at_ && *retry_at_ - now <= longest_;
    }

    std::optional<error> const& last_error() const { return last_error_; }
    std::optional<timestamp> retry_at() const { return retry_at_; }
    int attempts() const { return attempts_; }

private:
    std::chrono::microseconds first_;
    std::chrono::microseconds longest_;
    position at_{};
    int attempts_ = 0;
    std::optional<error> last_error_ = {};
    std::optional<timestamp> retry_at_ = {};
};

}  // namespace diptych::write
