/// @file
/// The closed grammar of `create table` and `create index` in view files.
#pragma once

#include "read/token_cursor.hpp"
#include "read/view_definition.hpp"

#include <span>

namespace diptych::read {

/// Reads a `create table` up to its end. Fails with invalid at the first word that it does not
/// know, and without a primary key.
result<table> parse_create_table(token_cursor& tokens);

/// Reads a `create [unique] index` on one of the tables.
result<index> parse_create_index(token_cursor& tokens, std::span<table const> tables);

/// Reads a column type, scale included.
result<column_type> parse_column_type(token_cursor& tokens);

}  // namespace diptych::read
