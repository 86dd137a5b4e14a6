/// @file
/// Bytes as hexadecimal digits.
#pragma once

#include <string>
#include <string_view>

namespace diptych {

/// Two digits each, in lower case.
inline std::string hex_of(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * bytes.size());
    for (auto const one : bytes) {
        auto const byte = static_cast<unsigned char>(one);
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

}  // namespace diptych
