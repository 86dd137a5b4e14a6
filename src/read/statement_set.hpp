/// @file
/// The statements of a view file, prepared on a connection.
#pragma once

#include "read/projection.hpp"
#include "read/source.hpp"
#include "read/view_definition.hpp"

#include <memory>

namespace diptych::read {

/// Prepares all statements inside the sandbox. Fails with invalid, naming the place in the file, if
/// SQLite does not understand one or it does what it may not. Keeps references: connection,
/// definition and source must outlive it.
result<std::unique_ptr<projection>> prepare_statements(
    sqlite::database const& on, view_definition const& view, source const& in
);

/// Prepares everything on an empty database in memory, to find mistakes while reading the file.
result<void> try_statements(view_definition const& view, source const& in);

}  // namespace diptych::read
