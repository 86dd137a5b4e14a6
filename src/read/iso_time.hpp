/// @file
/// Timestamps as ISO 8601 text and as microseconds since 1970 UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace diptych::read {

/// Reads a time as in diptych/iso8601.hpp, or a bare date, which is its midnight UTC.
std::optional<std::int64_t> parse_time(std::string_view text);

/// Appends "2026-03-01T12:30:00Z", with six digits of a second if it has a fraction.
void append_time(std::string& to, std::int64_t microseconds);

}  // namespace diptych::read
