/// @file
/// Events from outside whose types a context declares: what no state could fold is not recorded. It
/// would fail every command that needs it, and stop each view and process that meets it.
#pragma once

#include <diptych/append.hpp>
#include <diptych/error.hpp>
#include <diptych/model.hpp>

#include <span>

namespace diptych::edge {

/// Fails with invalid if an event of a declared type has data of none of its shapes, the path of
/// the fault among the facts ("events/0/data/quantity"). Types that nobody declares may have any.
result<void> check_declared(
    std::span<event_data const> events, std::span<model::context const* const> contexts
);

}  // namespace diptych::edge
