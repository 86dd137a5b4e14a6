/// @file
/// How long to wait before something that has failed is tried again.
#pragma once

#include "base/growing_rest.hpp"

#include <diptych/clock.hpp>

#include <chrono>
#include <cstdint>

namespace diptych::endpoint {

/// 250 ms after the first failure in a row, then twice as long each time, at most `longest`; up to
/// a fifth less or more, so that those who failed together do not come back together.
inline std::chrono::microseconds back_off(
    int failures, std::chrono::microseconds longest, random_source& random
) {
    constexpr std::chrono::microseconds shortest = std::chrono::milliseconds{250};
    auto const spread = static_cast<std::int64_t>(random.next() % 401) + 800;  // of a thousand
    return growing_rest(shortest, longest, failures) * spread / 1'000;
}

}  // namespace diptych::endpoint
