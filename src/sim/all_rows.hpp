/// @file
/// A view as a whole, however few rows it serves at once.
#pragma once

#include "read/view_set.hpp"

#include <string>

namespace diptych::sim {

/// All rows, as one JSON array. Nothing may happen to the view meanwhile. Fails as a query does.
result<read::query_answer> all_rows(read::view_set const& of, std::string const& view);

}  // namespace diptych::sim
