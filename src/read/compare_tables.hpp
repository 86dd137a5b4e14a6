/// @file
/// Compares the tables of two databases, row by row in the order of their keys.
#pragma once

#include "read/view_check.hpp"
#include "sqlite/database.hpp"

namespace diptych::read {

/// Says in `into` what `found` has that `expected` has not, and the other way round: tables and
/// columns that both have, with the same primary keys. Values are compared as they are stored, to
/// the byte.
result<void> compare_tables(
    sqlite::database const& expected,
    sqlite::database const& found,
    std::size_t differences_max,
    view_comparison& into
);

}  // namespace diptych::read
