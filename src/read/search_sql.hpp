/// @file
/// The full-text table of a view with `@serve search`: made and kept by the engine, with triggers
/// on the served table, so that rows and words change in one transaction.
///
/// It has words only, no texts, and finds rows by their rowid. Nobody but these triggers writes it.
#pragma once

#include "read/search_terms.hpp"
#include "read/view_definition.hpp"
#include "sqlite/database.hpp"

#include <string>
#include <string_view>

namespace diptych::read {

/// Begins the names of all tables and triggers that are the engine's.
inline constexpr std::string_view engine_prefix = "_diptych";

/// The table and its triggers; empty if nothing is searched. To be run behind sqlite_ddl().
std::string search_ddl(view_definition const& view);

/// Makes ready a connection that changes rows, before statements are prepared on it.
result<void> prepare_search(sqlite::database const& on, view_definition const& view);

/// The condition that a row is found; `?N` is bound to match_text().
std::string search_condition(std::string_view parameter);

/// The terms in the words of FTS5. No text is an error there.
std::string match_text(search_terms const& terms);

}  // namespace diptych::read
