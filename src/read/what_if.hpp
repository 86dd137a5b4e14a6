/// @file
/// What the rows of a view would be had things gone otherwise: with other events, or another file.
///
/// Nothing is written but two scratch databases: neither the log nor any view is touched.
#pragma once

#include "log/sequenced_log.hpp"
#include "read/view_check.hpp"
#include "read/view_plan.hpp"
#include "sqlite/location.hpp"

#include <diptych/clock.hpp>
#include <diptych/error.hpp>
#include <diptych/event.hpp>
#include <diptych/position.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

namespace diptych::read {

/// An event that never was.
struct inserted_event {
    position after;  ///< It comes behind the event there, and has its position; 0: before all.
    event_data event;
    std::optional<timestamp> recorded_at = {};  ///< Of the event there, if not given.
};

/// A history that never was.
struct altered_history {
    std::vector<inserted_event> inserted = {};  ///< In order; of several in one place, as given.
    std::set<position> without = {};
    std::set<std::string, std::less<>> without_types = {};  ///< As recorded.
    std::optional<position> as_of = {};                     ///< Both end there.
};

/// How the rows come out.
struct what_if_answer {
    view_comparison rows;  ///< `expected` as they are, `found` as they would be.
    std::uint64_t removed = 0;
    std::uint64_t inserted = 0;
};

/// How to go about it.
struct what_if_options {
    sqlite::location scratch;  ///< A folder for the two databases; they are removed.
    std::size_t differences_max = 10;
    std::stop_token stop = {};  ///< Ends it: fails with unavailable, code "replay_ended".
};

/// Fails with invalid (code no_such_position) if an event is to be inserted or left out behind
/// `last`, or if one to be inserted could not be appended, or not in that order.
result<void> check_places(altered_history const& otherwise, position last);

/// Applies the log as it is with one plan, and as it would be with the other, and compares. The
/// plans may be the same one. Blocking.
///
/// Fails with invalid (code no_such_position) if an event is to be inserted or left out where there
/// is none; refused or failed, saying whether it is or would be, if a plan fails on an event; or
/// with what reading the log or writing the scratch failed with.
result<what_if_answer> compare_what_if(
    view_plan const& is,
    view_plan const& would_be,
    altered_history const& otherwise,
    log::sequenced_log& of,
    what_if_options const& how
);

}  // namespace diptych::read
