/// @file
/// Folding events into a state, with user code kept from harming anybody else.
#pragma once

#include <diptych/error.hpp>
#include <diptych/model.hpp>

namespace diptych::write {

/// Folds one event. Fails with corrupt if it does not decode, failed if `evolve` threw.
result<void> fold_event(
    model::state const& of,
    void* into,
    recorded_event const& event,
    std::span<std::string const> names
);

/// A fresh state.
result<model::erased> make_state(model::state const& of);

/// A copy that nobody else holds.
result<model::erased> copy_state(model::state const& of, void const* from);

/// Whether `state` has no other holder, so that it may be changed in place.
///
/// Whoever held it before has let go for good: what they read is over before what we write.
bool is_sole_holder(model::erased const& state);

/// A value that may be changed: the given one if nobody else holds it, else a copy in its place.
result<void*> writable(model::state const& of, model::erased& value);

}  // namespace diptych::write
