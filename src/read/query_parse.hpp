/// @file
/// Reads what a URL asks of a view: `?status=eq.open&order=created_at.desc&limit=20`.
///
/// The vocabulary is PostgREST's. Only the primary key and what `@serve` declares may be filtered
/// and sorted by; whatever else comes is refused by name.
#pragma once

#include "read/query_answer.hpp"
#include "read/view_definition.hpp"
#include "read/view_query.hpp"

#include <diptych/error.hpp>

#include <string>

namespace diptych::read {

inline constexpr std::size_t limit_default = 100;
inline constexpr std::size_t page_max = 1'000'000;

/// Fails with invalid, code "view_query", saying what is allowed.
result<view_query> parse_query(
    table const& of, served const& allowed, url_query_parameters const& parameters
);

/// What is wrong with a parameter.
std::unexpected<error> refuse_parameter(std::string_view name, std::string const& why);

}  // namespace diptych::read
