/// @file
/// The body of `POST /views/<name>/what-if`.
#pragma once

#include "read/what_if.hpp"

#include <diptych/error.hpp>
#include <diptych/event_log.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace diptych::edge {

/// Rows that differ, of those that are told.
constexpr std::uint64_t differences_default = 10;
constexpr std::uint64_t differences_most = 1000;

struct what_if_body {
    std::optional<std::string> text;  ///< Of another file of the view.
    read::altered_history otherwise;
    std::uint64_t differences = differences_default;
};

/// Reads `{"view":"-- @view ...","insert":[{"after":"1.42","stream","type","tags","data",
/// "metadata","recorded_at"}],"without":{"positions":[7],"types":["cancelled"]},"as_of":"1.50",
/// "differences":10}`, places as tokens, positions or, for `as_of`, times.
///
/// Fails with invalid, the path of the fault among the facts.
result<what_if_body> parse_what_if(std::string_view body, event_log const& log);

}  // namespace diptych::edge
