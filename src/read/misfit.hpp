/// @file
/// What a view says when an event does not fit it.
#pragma once

#include <diptych/error.hpp>
#include <diptych/event.hpp>
#include <diptych/json_value.hpp>

#include <span>
#include <string>
#include <string_view>

namespace diptych::read {

/// A failure with code "event_misfit": which path of the event, what was expected, what is there.
std::unexpected<error> misfit(
    recorded_event const& event,
    std::span<std::string const> path,
    std::string_view expected,
    json::value found
);

/// Adds view, place of the statement ("orders.sql:12") and event to what went wrong there. A
/// violated constraint becomes a sentence for whoever is refused, with the place as a fact; a value
/// that a column can not store becomes a failure.
error in_view(
    std::string_view view, std::string_view where, recorded_event const& event, error what
);

/// Whether it is the event that the view can not take: not the disk, nor what is stored.
bool is_fault_of_event(error const& why);

/// Whether it is the disk, which may do better later.
bool is_fault_of_machine(error const& why);

/// What in_view() made of a failure on a recorded event, where nobody is refused and the view
/// stops: the message of a violated constraint, too, says place and event, and `position` is a
/// fact.
error stopping(recorded_event const& event, error what);

}  // namespace diptych::read
