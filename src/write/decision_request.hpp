/// @file
/// From what was decided to what the log is asked to append.
#pragma once

#include "write/attempt.hpp"
#include "write/unit.hpp"

#include <diptych/append.hpp>
#include <diptych/error.hpp>
#include <diptych/execute.hpp>

#include <optional>
#include <string>

namespace diptych::write {

/// The append that records a unit, whose events it takes: these, `$state` records of state-stored
/// states, and the answer under the command's id. Notes it as the attempt's last decision.
///
/// `condition` is empty inside the commit step, where nothing can come between.
result<append_request> request_of(
    attempt& of, unit& decided, std::optional<unless_recorded> condition
);

/// An answer as it is recorded with the command id: without what the log knows itself.
std::string recorded_answer(outcome const& answer);

}  // namespace diptych::write
