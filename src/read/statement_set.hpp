/// @file
/// The statements of a view file, prepared on a connection.
#pragma once

#include "read/projection.hpp"
#include "read/source.hpp"
#include "read/view_definition.hpp"

#include <memory>
#include <vector>

namespace diptych::read {

/// Prepares all statements inside the sandbox. Fails with invalid, naming the place in the file, if
/// SQLite does not understand one or it does what it may not. Keeps references: connection,
/// definition and source must outlive it.
result<std::unique_ptr<projection>> prepare_statements(
    sqlite::database const& on, view_definition const& view, source const& in
);

/// An empty database in memory with the view's tables. Fails with invalid if SQLite does not take
/// them.
result<sqlite::database> empty_tables(view_definition const& view, source const& in);

/// Prepares all statements there, to find mistakes while reading the file: one error for each
/// statement that has any, as prepare_statements fails with.
std::vector<error> statement_errors(
    sqlite::database const& empty, view_definition const& view, source const& in
);

}  // namespace diptych::read
