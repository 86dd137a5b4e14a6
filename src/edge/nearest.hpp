/// @file
/// "Did you mean ...": the known name that is most like a given one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace diptych::edge {

/// The most similar of `known`; empty if none is at all like `name`.
std::string nearest(std::string_view name, std::vector<std::string> const& known);

}  // namespace diptych::edge
