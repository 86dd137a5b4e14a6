/// @file
/// Reads the events of a state: through the index where few of the log's events are its own, in
/// whole frames where many are.
#pragma once

#include "log/sequenced_log.hpp"

#include <diptych/error.hpp>
#include <diptych/event.hpp>
#include <diptych/position.hpp>
#include <diptych/query.hpp>

#include <cstddef>
#include <functional>

namespace diptych::write {

/// Takes one event. What it fails with ends the reading.
using event_visitor = std::function<result<void>(recorded_event const& event)>;

/// Visits what matches in (after, up_to], in order, and says how many events that were. `up_to`
/// must not be beyond the end of the log. Blocking.
///
/// Fails with what the log or the visitor says.
result<std::size_t> read_history(
    log::sequenced_log const& log,
    query const& what,
    position after,
    position up_to,
    event_visitor const& visit
);

}  // namespace diptych::write
