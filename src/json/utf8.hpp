/// @file
/// Whether bytes are UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace diptych::json {

/// Length of the valid sequence that `text` begins with, 1 to 4, or 0 if it begins with none.
std::size_t utf8_sequence(std::string_view text) noexcept;

/// Appends the UTF-8 form of a code point below 0x110000.
void append_utf8(std::string& to, char32_t point);

}  // namespace diptych::json
