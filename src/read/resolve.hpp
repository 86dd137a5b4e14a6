/// @file
/// Looks up what a view file names: event types, their fields, and whether the fields fit.
#pragma once

#include "read/source.hpp"
#include "read/view_definition.hpp"

#include <diptych/model.hpp>

#include <span>
#include <vector>

namespace diptych::read {

/// The events of contexts in the terms of view files.
std::vector<known_event> known_events(std::span<model::event const> of);

/// Replaces the types of handlers by those recorded, former names included, and gives bindings the
/// type that their field is declared with where no column tells one.
///
/// Fails with invalid if nobody declares an event (a warning if nothing at all is declared), if it
/// is ambiguous, if it has no such field, or if the field can not go into its column.
result<void> resolve(
    source const& in, view_definition& view, std::span<known_event const> contexts
);

}  // namespace diptych::read
