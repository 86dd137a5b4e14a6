/// @file
/// The states that a command's decide asks for.
#pragma once

#include <diptych/error.hpp>
#include <diptych/model.hpp>

#include <functional>
#include <optional>
#include <vector>

namespace diptych::write {

/// Values by parameter; the environment's list is empty.
using asked_states = std::vector<std::vector<model::erased_const>>;

/// Finds a value for a key; nullopt: it is not to be had here.
using value_source =
    std::function<result<std::optional<model::erased_const>>(model::state_key const& key)>;

/// Asks for the keys of each parameter in order, each from the values before it. Fresh states are
/// made, all others come from `source`. nullopt if one of them was not to be had.
result<std::optional<asked_states>> ask(
    model::command const& command, void const* value, value_source const& source
);

}  // namespace diptych::write
