/// @file
/// Timestamps as ISO 8601 text and as microseconds since 1970 UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace diptych::read {

/// Reads "2026-03-01T12:30:00.25Z", "... +02:00" and a bare date, which is its midnight UTC.
/// nullopt if it is none of these, or has digits beyond microseconds.
std::optional<std::int64_t> parse_time(std::string_view text);

/// Appends "2026-03-01T12:30:00.250000Z", always with six digits, so that texts sort like times.
void append_time(std::string& to, std::int64_t microseconds);

}  // namespace diptych::read
