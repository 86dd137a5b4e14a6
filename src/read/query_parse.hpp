/// @file
/// Reads what a URL asks of a view: `?status=eq.open&order=created_at.desc&limit=20`.
///
/// The vocabulary is PostgREST's. Only the primary key and what `@serve` declares may be filtered
/// and sorted by; whatever else comes is refused by name.
#pragma once

#include "read/query_answer.hpp"
#include "read/view_definition.hpp"

#include <diptych/error.hpp>
#include <diptych/view_model.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace diptych::read {

inline constexpr std::size_t limit_default = 100;
inline constexpr std::size_t filters_max = 32;
inline constexpr std::size_t in_list_max = 100;

/// A value as a column stores it; blobs and JSON are not compared.
using model::cell;

enum class comparison : std::uint8_t { eq, neq, gt, gte, lt, lte, like, in, is_null, is_not_null };

struct filter {
    column const* on = nullptr;
    comparison how = comparison::eq;
    std::vector<cell> values = {};  ///< One; several with `in`; none with is_null.
};

struct order_term {
    column const* by = nullptr;
    bool descending = false;
};

/// What a query asks, its columns looked up. Points into the table.
struct view_query {
    std::vector<column const*> select;
    std::vector<filter> filters = {};
    std::vector<order_term> order = {};  ///< As asked, and the rest of the key behind it.
    std::size_t limit = limit_default;
    std::optional<std::string> cursor = {};
};

/// Fails with invalid, code "view_query", saying what is allowed.
result<view_query> parse_query(
    table const& of, served const& allowed, url_query_parameters const& parameters
);

/// Columns that may be filtered and sorted by.
std::vector<std::string> filterable(table const& of, served const& allowed);
std::vector<std::string> sortable(table const& of, served const& allowed);

}  // namespace diptych::read
