/// @file
/// Times as text, the ISO 8601 way that JSON has them: "2026-03-01T12:00:00.250000Z", "2026-03-01",
/// "PT15M".
#pragma once

#include <diptych/clock.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace diptych {

/// Appends "2026-03-01T12:00:00Z", with six digits of a second if it has a fraction.
void append_iso8601(std::string& to, timestamp when);

/// Appends "2026-03-01".
void append_iso8601(std::string& to, std::chrono::sys_days day);

/// Appends hours, minutes and seconds: "PT36H", "PT0.5S", "-PT1M", "PT0S".
void append_iso8601(std::string& to, std::chrono::microseconds length);

/// Reads date, time of day and offset ("Z", "+02:00"); digits below the microsecond are cut off.
std::optional<timestamp> parse_timestamp(std::string_view text);

/// Reads "2026-03-01"; no such day gives nothing.
std::optional<std::chrono::sys_days> parse_date(std::string_view text);

/// Reads weeks, days, hours, minutes and seconds: "P1DT12H", "PT0.5S". Months and years have no
/// fixed length and give nothing.
std::optional<std::chrono::microseconds> parse_duration(std::string_view text);

}  // namespace diptych
