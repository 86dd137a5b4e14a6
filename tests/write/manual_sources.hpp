/// @file
/// Time and randomness that a test decides on.
#pragma once

#include <diptych/clock.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>

namespace bank {

class manual_clock final : public diptych::clock {
public:
    diptych::timestamp now() override {
        return diptych::timestamp{std::chrono::microseconds{now_us.fetch_add(step_us)}};
    }
    void advance(std::chrono::microseconds by) { now_us += by.count(); }

    std::atomic<std::int64_t> now_us = 1'785'000'000'000'000;
    std::atomic<std::int64_t> step_us = 0;  ///< Passes with each look at the clock.
};

class counting_random final : public diptych::random_source {
public:
    std::uint64_t next() override {
        return value.fetch_add(1, std::memory_order_relaxed) * 0x9E3779B97F4A7C15ull;
    }

    std::atomic<std::uint64_t> value = 1;
};

}  // namespace bank
