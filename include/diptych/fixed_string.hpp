/// @file
/// A text that can be a template argument: the "order" in diptych::id<"order">.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace diptych {

/// Holds a string literal, its final zero included.
template <std::size_t Size>
struct fixed_string {
    char text[Size]{};

    consteval fixed_string(char const (&literal)[Size]) {  // NOLINT(google-explicit-constructor)
        std::copy_n(literal, Size, text);
    }

    constexpr std::string_view view() const { return {text, Size - 1}; }
};

}  // namespace diptych
