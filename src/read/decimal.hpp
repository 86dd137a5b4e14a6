/// @file
/// Exact decimals as scaled 64-bit integers, without a floating-point number in between.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace diptych::read {

/// "12.5" with scale 2 is 1250; nullopt if it is no number, has more digits or does not fit.
/// Exponents are understood: "1e2".
std::optional<std::int64_t> parse_decimal(std::string_view text, int scale);

/// Appends 1250 with scale 2 as "12.50".
void append_decimal(std::string& to, std::int64_t scaled, int scale);

}  // namespace diptych::read
