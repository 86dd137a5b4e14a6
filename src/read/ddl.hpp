/// @file
/// The DDL that a view's definition becomes in SQLite.
#pragma once

#include "read/view_definition.hpp"

#include <string>

namespace diptych::read {

/// `create table` and `create index` statements: STRICT tables, keys not null, no rowid unless rows
/// may be long or are searched. What a search needs besides is search_ddl().
std::string sqlite_ddl(view_definition const& view);

}  // namespace diptych::read
