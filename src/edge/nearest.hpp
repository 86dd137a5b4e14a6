/// @file
/// "Did you mean ...": the known name that is most like a given one.
#pragma once

#include <diptych/error.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace diptych::edge {

/// The most similar of `known`; empty if none is at all like `name`.
std::string nearest(std::string_view name, std::vector<std::string> const& known);

/// `what`, by which there is no such name, with the nearest there is: in its sentence, and as a
/// fact.
error with_nearest(error what, std::string_view name, std::vector<std::string> const& known);

}  // namespace diptych::edge
