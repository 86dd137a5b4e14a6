/// @file
/// What has been counted since the log was opened. See log_statistics.
#pragma once

#include <diptych/clock.hpp>

#include <atomic>
#include <cstdint>

namespace diptych::log {

/// Thread-safe.
struct counters {
    using count = std::atomic<std::uint64_t>;

    count appends = 0;
    count events = 0;
    count conflicts = 0;
    count refused = 0;
    count repeated = 0;
    count unavailable = 0;
    count redecided = 0;
    count groups = 0;
    count commit_us = 0;
    count sync_us = 0;
    count user_us = 0;
};

/// Calls, and adds the microseconds that it took.
template <class Call>
auto timed(clock& time, counters::count& spent, Call call) {
    auto const begin = time.now();
    auto made = call();
    spent += static_cast<std::uint64_t>((time.now() - begin).count());
    return made;
}

}  // namespace diptych::log
