/// @file
/// How long to rest before something that has failed is tried again.
#pragma once

#include <algorithm>
#include <chrono>

namespace diptych {

/// `first` after the first failure in a row, then twice as long each time, at most `longest`.
constexpr std::chrono::microseconds growing_rest(
    std::chrono::microseconds first, std::chrono::microseconds longest, int failures
) {
    auto rest = first;
    for (int i = 1; i < failures && rest < longest; ++i) rest *= 2;
    return std::min(rest, longest);
}

}  // namespace diptych
