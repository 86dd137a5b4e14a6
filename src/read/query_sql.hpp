/// @file
/// The one select that answers a query.
#pragma once

#include "read/query_parse.hpp"

#include <span>
#include <string>
#include <vector>

namespace diptych::read {

struct select_statement {
    std::string sql;
    std::vector<cell> values;  ///< Of ?1, ?2, ...
};

/// Selects the wanted columns, and behind them those of the order, one row more than the limit.
/// `after` are the order's values of the last row seen; empty: from the beginning. Nulls come first
/// ascending and last descending.
select_statement select_for(view_query const& query, table const& of, std::span<cell const> after);

}  // namespace diptych::read
