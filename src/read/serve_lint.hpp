/// @file
/// What `@serve` allows that queries would be slow with.
#pragma once

#include "read/source.hpp"
#include "read/view_definition.hpp"

#include <string>
#include <vector>

namespace diptych::read {

/// Columns that may be filtered or sorted by and with which no index, key or unique constraint
/// begins, each as a warning with the index that it lacks.
std::vector<std::string> serve_warnings(view_definition const& view, source const& in);

}  // namespace diptych::read
