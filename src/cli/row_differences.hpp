/// @file
/// How two copies of a view's rows differ, as people read it.
#pragma once

#include <diptych/json_value.hpp>

#include <string_view>

namespace diptych::cli {

/// Prints what `compare` and `what-if` answer of the two sides, by what they are called there: what
/// only one has, and the rows that are told.
void print_differences(json::value const& said, std::string_view one, std::string_view other);

}  // namespace diptych::cli
