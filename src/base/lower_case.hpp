/// @file
/// Names in which case does not count: headers, schemes, keywords.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace diptych {

/// Of the letters of ASCII; everything else stays as it is.
constexpr char lower_case(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

inline std::string lower_case(std::string_view text) {
    std::string made(text);
    std::ranges::transform(made, made.begin(), [](char c) { return lower_case(c); });
    return made;
}

}  // namespace diptych
