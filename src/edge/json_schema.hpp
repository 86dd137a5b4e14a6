/// @file
/// Shapes of commands and columns as JSON Schema.
#pragma once

#include "read/view_set.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/model.hpp>

#include <string_view>
#include <vector>

namespace diptych::edge {

/// The schema of an object with these fields.
void write_schema(json::writer& to, std::vector<model::field> const& fields);

/// The schema of a view's row. No column is required: a query may select some.
void write_schema(json::writer& to, std::vector<read::served_column> const& columns);

}  // namespace diptych::edge
