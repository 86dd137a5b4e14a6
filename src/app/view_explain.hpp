/// @file
/// What a view file does for each event, how SQLite goes about it, and what it costs.
#pragma once

#include "app/view_test.hpp"
#include "read/source.hpp"

#include <diptych/error.hpp>
#include <diptych/event_log.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace diptych::app {

struct explained_statement {
    std::size_t line = 0;
    std::string sql;                     ///< In one line, with its bindings as they are written.
    std::string each = {};               ///< The arrays that it goes through; empty: it runs once.
    std::vector<std::string> plan = {};  ///< Steps; what belongs to a subquery is indented.
    bool may_scan = false;
};

/// An `@on`.
struct explained_handler {
    std::vector<std::string> types;  ///< As recorded.
    std::vector<explained_statement> statements = {};
};

/// What events of a type cost.
struct event_cost {
    std::string type;
    std::uint64_t events = 0;
    double microseconds_each = 0;
};

struct view_explanation {
    view_report report;  ///< Without errors, else nothing else is said.
    std::vector<explained_handler> handlers = {};
    std::vector<event_cost> costs = {};
    std::uint64_t events = 0;           ///< Of the log, that were read for the costs.
    std::optional<error> stopped = {};  ///< What the view failed on then.
};

/// Looks at a view file's plans. With a log, applies its first `events_max` events to an empty
/// database in a temporary folder, without a commit for each, and measures. Blocking. Fails with
/// what the machine or reading the log failed with.
result<view_explanation> explain_view(
    read::source const& text,
    known_to_views const& known,
    event_log const* of,
    std::uint64_t events_max
);

}  // namespace diptych::app
