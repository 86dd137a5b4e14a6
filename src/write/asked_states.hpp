/// @file
/// The states that a command's decide asks for, at one common position, and the condition that
/// follows from them.
#pragma once

#include "write/state_loader.hpp"

#include <diptych/error.hpp>
#include <diptych/model.hpp>
#include <diptych/position.hpp>
#include <diptych/query.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace diptych::write {

/// Keys and values by parameter; both lists of the environment's are empty.
struct asked_states {
    std::vector<std::vector<model::state_key>> keys;
    std::vector<std::vector<model::erased_const>> values;
    position at{};

    /// The value of a key at a place; null if another key stood there.
    model::erased_const find(std::size_t parameter, std::size_t i, model::state_key const& key)
        const;
};

/// Finds a value for a key; nullopt: it is not to be had here.
using value_source = std::function<result<std::optional<model::erased_const>>(
    model::state_key const& key, std::size_t parameter, std::size_t i
)>;

/// Asks for the keys of each parameter in order, each from the values before it. Fresh states are
/// made, all others come from `source`. nullopt if one of them was not to be had.
result<std::optional<asked_states>> ask(
    model::command const& command, void const* value, value_source const& source
);

/// Loads them all, folded to one common position: `reached`, or a newer one that the cache has.
/// Fails with unavailable if the ids of later states change again and again meanwhile.
result<asked_states> load_states(
    state_loader& loader, model::command const& command, void const* value, position reached
);

/// Which events, recorded later, would make a decision untrue; nullopt if none would.
std::optional<query> what_they_look_at(asked_states const& states);

}  // namespace diptych::write
