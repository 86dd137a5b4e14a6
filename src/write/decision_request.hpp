/// @file
/// From what decide said to what the log is asked to append.
#pragma once

#include "write/asked_states.hpp"
#include "write/attempt.hpp"

#include <diptych/append.hpp>
#include <diptych/error.hpp>
#include <diptych/model.hpp>

#include <optional>

namespace diptych::write {

/// The append that records a decision: events with metadata, `$state` records of state-stored
/// states, and the answer under the command's id. Notes it as the attempt's last decision.
///
/// `condition` is empty inside the commit step, where nothing can come between.
result<append_request> request_of(
    attempt& of,
    model::decided said,
    asked_states const& states,
    std::optional<unless_recorded> condition
);

/// The answer of a decision as it is recorded with the command id: without what the log knows
/// itself.
std::string recorded_answer(model::decided const& said);

}  // namespace diptych::write
