/// @file
/// Which index a statement lacks, found by trying some.
#pragma once

#include "read/view_definition.hpp"
#include "sqlite/database.hpp"

#include <diptych/error.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace diptych::read {

/// The index with which the statement goes through all rows of `of` less often; nullopt if there is
/// none. Its columns are those that the statement compares, first with `=`; its name is free in the
/// view. Creates and drops indexes on `empty`, a database with the view's tables.
///
/// Fails if the statement can not be prepared there.
result<std::optional<index>> index_for(
    sqlite::database const& empty,
    view_definition const& view,
    statement_definition const& statement,
    table const& of
);

/// As it would be written in a view file: "create index by_status on orders (status);".
std::string to_sql(index const& one);

/// Where in the file the statement first reads the table, else where the statement begins.
std::size_t mention_of(statement_definition const& statement, std::string_view table);

}  // namespace diptych::read
