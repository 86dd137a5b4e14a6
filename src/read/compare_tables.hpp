/// @file
/// Compares the tables of two databases, row by row in the order of their keys.
#pragma once

#include "read/view_check.hpp"
#include "read/view_definition.hpp"
#include "sqlite/database.hpp"

namespace diptych::read {

/// A database, and what the view says of its columns.
struct compared_side {
    sqlite::database const& rows;
    view_definition const& declared;
};

/// Says in `into` what `found` has that `expected` has not, and the other way round: tables and
/// columns that both have, with the same primary keys. Values are compared as they are stored, to
/// the byte; they are told as queries answer them, or as they are stored where they are not of the
/// type that their side declares.
result<void> compare_tables(
    compared_side const& expected,
    compared_side const& found,
    std::size_t differences_max,
    view_comparison& into
);

}  // namespace diptych::read
