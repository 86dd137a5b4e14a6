/// @file
/// What options that are counts take, said in words.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <system_error>

namespace diptych::cli {

/// For CLI11's check(): says what is wrong with a text that is no whole number from `Least` on.
template <std::uint64_t Least>
std::string whole_number(std::string const& text) {
    std::uint64_t value = 0;
    auto const* const end = text.data() + text.size();
    auto const read = std::from_chars(text.data(), end, value);
    if (read.ec == std::errc{} && read.ptr == end && value >= Least) return {};
    return "needs a whole number from " + std::to_string(Least) + " on, not '" + text + "'";
}

}  // namespace diptych::cli
