/// @file
/// Decides whether what clients saw is what this log may have shown them. Knows nothing of how the
/// engine works.
///
/// It checks durability of what was acknowledged, density and order, linearizability (an append
/// that was answered stands before one that began later; a read sees every append that was answered
/// before it began), conditions at the place where an append stands, the cause of each refusal, and
/// that each operation stands once or not at all. After Wing and Gong, "Testing and verifying
/// concurrent objects" (1993); positions make the search for an order unnecessary.
#pragma once

#include "sim/history.hpp"
#include "sim/log_model.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace diptych::sim {

/// The rows that a view must have after the first `prefix` events, as a query answers them.
using rows_of_view =
    std::function<std::string(std::string_view view, log_model const& log, std::uint64_t prefix)>;

/// The first promise that is broken, in a few lines; nothing if all are kept.
std::optional<std::string> broken_promise(
    history const& of, log_model const& log, rows_of_view const& rows
);

}  // namespace diptych::sim
