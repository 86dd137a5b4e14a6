/// @file
/// What the decisions of a unit's commands come to: each sees the states with the events of those
/// before it folded in, though they are not recorded.
#pragma once

#include "write/asked_states.hpp"
#include "write/attempt.hpp"

#include <diptych/error.hpp>
#include <diptych/event.hpp>
#include <diptych/execute.hpp>
#include <diptych/model.hpp>
#include <diptych/position.hpp>
#include <diptych/query.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace diptych::write {

/// A state that one of the commands looks at.
struct looked_at {
    model::state_key key;
    model::erased_const recorded;  ///< As the log has it.
    model::erased now;             ///< With events of the unit; may be `recorded` itself.
    std::size_t folded = 0;        ///< How many of the unit's events `now` has seen.
};

struct unit {
    std::vector<looked_at> states;   ///< Of all commands, each once; no fresh ones.
    std::vector<event_data> events;  ///< Of all commands in order, with metadata.
    std::vector<std::size_t> made;   ///< How many of them each command made; none if refused.
    outcome answer;                  ///< Kind, and why refused.
    position at{};                   ///< Where all states are recorded up to, if that is known.

    /// A state as recorded; null if no command looks at it.
    model::erased_const recorded(model::state_key const& key) const;
};

/// How much of a unit is decided.
enum class deciding : std::uint8_t {
    everything,
    nothing,     ///< The states are asked for as if no command made events.
    beforehand,  ///< All but the last, to learn what the others ask for; without an answer.
};

/// Called when a command's states have been asked for. False: all begins anew.
using readiness = std::function<result<bool>()>;

/// Asks and decides one command after the other, up to the first refusal. States as recorded come
/// from `source`. nullopt if one of them was not to be had, or `ready` said no.
result<std::optional<unit>> decide_unit(
    attempt const& of,
    value_source const& source,
    deciding what = deciding::everything,
    readiness const& ready = {}
);

/// Which events, recorded later, would make a decision untrue; nullopt if none would.
std::optional<query> what_it_looks_at(unit const& of);

}  // namespace diptych::write
