/// @file
/// Rows as JSON: times in ISO 8601, decimals with all their digits, blobs in base64.
#pragma once

#include "read/view_query.hpp"
#include "sqlite/database.hpp"

#include <span>
#include <string>

namespace diptych::read {

/// Appends the current row as an object; its first columns are `columns`.
void append_row(std::string& to, sqlite::statement const& row, std::span<selected const> columns);

/// Appends a column of the current row as a value.
void append_value(std::string& to, sqlite::statement const& row, int at, column_type type);

/// A column of the current row as it is stored.
cell cell_of(sqlite::statement const& row, int at);

}  // namespace diptych::read
