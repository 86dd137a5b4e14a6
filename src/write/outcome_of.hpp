/// @file
/// From what the log answered to what the caller is told.
#pragma once

#include "write/attempt.hpp"

#include <diptych/append.hpp>
#include <diptych/event_log.hpp>
#include <diptych/execute.hpp>

namespace diptych::write {

/// The outcome of an append that was accepted, or of the first one if this was a repetition.
result<outcome> outcome_of(event_log const& log, attempt const& of, appended said);

/// A refusal that was not recorded.
result<outcome> refused_outright(event_log const& log, outcome said);

}  // namespace diptych::write
