/// @file
/// Bytes as text: base64 for blobs in JSON, its URL form for cursors.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace diptych::read {

/// Standard alphabet with '='.
std::string to_base64(std::string_view bytes);

/// Alphabet for URLs, without '='.
std::string to_base64url(std::string_view bytes);

/// Reads either; nullopt if it is neither.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace diptych::read
