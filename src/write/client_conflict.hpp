/// @file
/// What a client is told whose token is out of date.
#pragma once

#include "write/attempt.hpp"

#include <diptych/error.hpp>
#include <diptych/event_log.hpp>

namespace diptych::write {

/// The conflict of a command with `if_match`: code "changed", and among the facts `events`, a list
/// of what was recorded after the token (at most 100), `after` and `end`.
error client_conflict(event_log const& log, attempt const& of, error const& cause);

}  // namespace diptych::write
