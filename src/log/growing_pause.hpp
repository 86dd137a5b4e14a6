/// @file
/// When to try something again that has failed: after a pause that grows.
#pragma once

#include <diptych/clock.hpp>

#include <algorithm>
#include <chrono>
#include <optional>

namespace diptych::log {

/// 250 ms at first, then twice as long each time, at most 5 s. Not thread-safe.
class growing_pause {
public:
    /// Whether it is over, and then the next one begins. Asked for the first time, the first one
    /// begins.
    bool is_over(timestamp now) {
        auto const is_first = !until_;
        // A clock that was set back makes no pause longer.
        if (!is_first && now < *until_ && *until_ - now <= longest) return false;
        pause_ = is_first ? shortest : std::min(pause_ * 2, longest);
        until_ = now + pause_;
        return !is_first;
    }

    /// The next time is the first.
    void begin_again() { until_.reset(); }

private:
    static constexpr std::chrono::microseconds shortest = std::chrono::milliseconds{250};
    static constexpr std::chrono::microseconds longest = std::chrono::seconds{5};

    std::optional<timestamp> until_;
    std::chrono::microseconds pause_{};
};

}  // namespace diptych::log
