/// @file
/// Event ids made by the log: UUIDs of version 7, each greater than the one before.
#pragma once

#include <diptych/clock.hpp>
#include <diptych/uuid.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace diptych::log {

/// Thread-safe. Keeps references: clock and random must outlive it.
class id_maker {
public:
    id_maker(clock& time, random_source& random) : clock_(time), random_(random) {}

    uuid next() {
        using std::chrono::milliseconds;
        auto const now = std::chrono::time_point_cast<milliseconds>(clock_.now());
        auto const earliest = static_cast<std::uint64_t>(now.time_since_epoch().count())
                              << counter_bits;
        auto last = last_.load(std::memory_order_relaxed);
        auto mine = std::max(earliest, last + 1);
        while (!last_.compare_exchange_weak(last, mine)) mine = std::max(earliest, last + 1);
        std::chrono::sys_time<milliseconds> const time{
            milliseconds{static_cast<std::int64_t>(mine >> counter_bits)}
        };
        return make_uuid_v7(time, mine & ((1u << counter_bits) - 1), random_.next());
    }

private:
    static constexpr unsigned counter_bits = 12;

    clock& clock_;
    random_source& random_;
    std::atomic<std::uint64_t> last_ = 0;  // milliseconds and a counter within them
};

}  // namespace diptych::log
