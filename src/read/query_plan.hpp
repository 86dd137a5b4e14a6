/// @file
/// How SQLite would run a statement: in words, and which tables it would go through from end to
/// end.
#pragma once

#include "sqlite/database.hpp"

#include <diptych/error.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace diptych::read {

/// A step of a plan, "SEARCH orders USING INDEX by_status (status=?)".
struct plan_step {
    std::string text;
    std::size_t depth = 0;  ///< 0: of the statement itself; its subqueries are deeper.
};

/// The steps of `explain query plan`. Fails if the statement can not be prepared.
result<std::vector<plan_step>> query_plan(sqlite::database const& on, std::string_view sql);

/// The tables that the statement goes through from one end to the other, once for each time it
/// does. Read from the program that it is compiled to: the plan in words leaves out `delete`
/// without `where`, indexes that are made for one use, and `in (select ...)` that gives the values
/// to look up. A loop that ends after its first rows (`max` of an indexed column, `exists`,
/// `limit`) does not count. Fails as above.
///
/// No rows are looked at: without statistics, which no view has, a plan follows from schema and
/// statement alone.
result<std::vector<std::string>> scanned_tables(sqlite::database const& on, std::string_view sql);

}  // namespace diptych::read
