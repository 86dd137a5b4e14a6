/// @file
/// Folding events that are decided but not yet recorded.
#pragma once

#include <diptych/error.hpp>
#include <diptych/event.hpp>
#include <diptych/model.hpp>

#include <span>
#include <string>

namespace diptych::write {

/// Whether the state for these names folds such an event.
bool folds(model::state const& of, std::span<std::string const> names, event_data const& event);

/// Folds those of the events that the state folds into `value`, a copy of it if others hold it.
/// Position, version and time of the events are not known. Fails as fold_event does; `value` may be
/// folded half-way then.
result<void> fold_unrecorded(
    model::state const& of,
    std::span<std::string const> names,
    model::erased& value,
    std::span<event_data const> events
);

}  // namespace diptych::write
