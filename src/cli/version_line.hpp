/// @file
/// A version of a view as people read it.
#pragma once

#include <diptych/json_value.hpp>

#include <string>
#include <string_view>

namespace diptych::cli {

/// A member of an object as text, without quotes; empty if it is not there.
std::string word_of(json::value const& in, std::string_view name);

/// Prints a line, and a second one with an error if there is one.
void print_version(json::value const& one);

}  // namespace diptych::cli
