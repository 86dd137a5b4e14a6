/// @file
/// The one select that answers a query.
#pragma once

#include "read/condition_sql.hpp"
#include "read/view_query.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace diptych::read {

/// Selects the wanted values, and behind them those of the order, one row more than the limit.
/// `after` are the order's values of the last row seen; empty: from the beginning, or the page that
/// is asked for. Nulls come first ascending and last descending.
select_statement select_for(view_query const& query, table const& of, std::span<cell const> after);

/// Counts the rows that match, on all pages; `most`: no more than these.
select_statement count_for(
    view_query const& query, table const& of, std::optional<std::uint64_t> most
);

}  // namespace diptych::read
