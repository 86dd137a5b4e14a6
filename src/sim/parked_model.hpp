/// @file
/// What must be true of a view that parks, whatever was retried when. Knows nothing of how the
/// engine does it.
#pragma once

#include "sim/log_model.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace diptych::sim {

/// A view at one moment: in which order which events were applied, and which are parked.
struct parked_view {
    std::uint64_t at = 0;
    std::vector<std::uint64_t> applied = {};  ///< Positions, as they came.
    std::set<std::uint64_t> causes = {};      ///< Parked, since the view fails on them.
    std::set<std::uint64_t> waiting = {};     ///< Parked behind others.
    std::set<std::uint64_t> given_up = {};    ///< Once dropped, perhaps; what a crash may undo.
};

/// What the view makes of an event.
struct parked_rules {
    std::function<bool(logged const&)> wants;
    std::function<bool(logged const&)> may_fail;
    std::function<bool(logged const&)> always_fails;
    std::function<std::vector<std::string>(logged const&)> keys;
};

/// Why it can not be so: an event is applied and parked, twice or in neither way, one is parked
/// without a cause, or one is applied before another that shares a key with it.
std::optional<std::string> parked_wrongly(
    log_model const& log, parked_view const& view, parked_rules const& of
);

}  // namespace diptych::sim
