/// @file
/// No statement of a view may go through a whole table for each event, unless the file says that it
/// is meant.
#pragma once

#include "read/source.hpp"
#include "read/view_definition.hpp"
#include "sqlite/database.hpp"

#include <vector>

namespace diptych::read {

/// Looks at the plans of all statements on an empty database with the view's tables. Each error
/// names the place in the file, the table, and, if one helps, the index to add, written out.
///
/// Statements with `@scan` are left out. Tries indexes on the database, which has its own again in
/// the end. Fails if a statement can not be prepared there.
result<std::vector<error>> lint_plans(
    sqlite::database const& empty, view_definition const& view, source const& in
);

/// Of the statements with `@scan`: which need none, as warnings with their place.
result<std::vector<error>> idle_scan_permits(
    sqlite::database const& empty, view_definition const& view, source const& in
);

}  // namespace diptych::read
