/// @file
/// Conditions of a query as SQL for SQLite.
#pragma once

#include "read/view_query.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace diptych::read {

/// SQL and what is bound to it.
struct select_statement {
    std::string sql;
    std::vector<cell> values = {};  ///< Of ?1, ?2, ...
};

/// The value that a query names, written as an index on it is.
std::string sql_of(target const& what);

void append_parameter(select_statement& to, cell value);

/// `name = ?1`
void append_binary(
    select_statement& to, std::string_view name, std::string_view operation, cell const& value
);

void append_condition(select_statement& to, condition const& what);

/// ` where a and b`, or nothing.
void append_where(select_statement& to, std::vector<condition> const& all);

}  // namespace diptych::read
