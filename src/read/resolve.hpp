/// @file
/// Looks up what a view file names: event types, their fields, and whether the fields fit.
#pragma once

#include "read/source.hpp"
#include "read/view_definition.hpp"

#include <diptych/model.hpp>

#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace diptych::read {

/// The events of contexts in the terms of view files.
std::vector<known_event> known_events(std::span<model::event const> of);

/// Which event types a view may name, besides those of its own `@event` lines.
struct known_types {
    std::span<known_event const> contexts = {};
    /// Whether the log has an event of the type; not asked if empty.
    std::function<result<bool>(std::string_view type)> is_recorded = {};
};

/// Replaces the types of handlers by those recorded, former names included, and gives bindings the
/// type that their field is declared with where no column tells one.
///
/// Fails with invalid if a context declares events and nobody knows one that is named (without a
/// context that is a warning), if it is ambiguous, if it has no such field, or if the field can not
/// go into its column; or with what reading the log failed with.
result<void> resolve(source const& in, view_definition& view, known_types const& known);

/// As above, but answers all that is wrong with the file. Fails with what reading the log failed
/// with.
result<std::vector<error>> resolve_all(
    source const& in, view_definition& view, known_types const& known
);

}  // namespace diptych::read
