/// @file
/// The DDL that a view's definition becomes in SQLite.
#pragma once

#include "read/view_definition.hpp"

#include <string>

namespace diptych::read {

/// `create table` and `create index` statements: STRICT tables, keys not null, no rowid unless rows
/// may be long.
std::string sqlite_ddl(view_definition const& view);

}  // namespace diptych::read
