/// @file
/// A history that never was, and what a command comes to on it.
#pragma once

#include "app/command_result.hpp"
#include "log/sequenced_log.hpp"
#include "read/what_if.hpp"

#include <diptych/environment.hpp>
#include <diptych/error.hpp>
#include <diptych/model.hpp>
#include <diptych/position.hpp>

#include <compare>
#include <cstddef>
#include <optional>
#include <set>
#include <stop_token>

namespace diptych::app {

/// Behind an event of the log come those that were inserted there.
struct history_place {
    position at;
    std::size_t ordinal = 0;  ///< 0: recorded; else the inserted one of this number.

    auto operator<=>(history_place const&) const = default;
};

/// A history that never was, up to a place. Keeps a reference: the log must outlive it.
struct asked_history {
    log::sequenced_log const& log;
    read::altered_history otherwise;
    position up_to;
    std::stop_token stop = {};
    std::optional<history_place> before = {};  ///< Only what comes before it.
    std::set<position> kept = {};              ///< Although `otherwise` leaves it out.
    std::set<history_place> seen = {};         ///< That a state has folded.
    std::set<position> missed = {};            ///< That it would have, were it not left out.

    bool is_in(history_place const& one) const {
        return one.at <= up_to && (!before || one < *before);
    }

    bool is_left_out(recorded_event const& event) const {
        return !kept.contains(event.position) && (otherwise.without.contains(event.position) ||
                                                  otherwise.without_types.contains(event.type));
    }
};

/// A command that can be asked again.
struct past_command {
    model::command const* of;
    model::erased_const value;
    environment surroundings;
};

/// What the command comes to. A state that can not be folded is what it fails with.
///
/// Fails with what reading the log failed with, or as read::go_on() once it is to stop. Blocking.
result<command_result> decide_in(asked_history& in, past_command const& what);

}  // namespace diptych::app
