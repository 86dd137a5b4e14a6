/// @file
/// How a query walks postings: lists of positions, united and intersected, a page at a time.
///
/// A plan gives candidates: every match is among them, but an event is to be looked at before it
/// counts. What it costs depends on the shortest lists, not on the length of the log.
#pragma once

#include "log/postings.hpp"

#include <diptych/event_log.hpp>
#include <diptych/query.hpp>

#include <memory>
#include <optional>

namespace diptych::log {

/// Positions in one direction. Not thread-safe.
class cursor {
public:
    virtual ~cursor() = default;

    /// The first position at or beyond `target` in the cursor's direction. Targets only move on.
    virtual result<std::optional<position>> seek(position target) = 0;
};

/// The candidates for `what` in `lists`. Keeps references: both must outlive the cursor.
std::unique_ptr<cursor> plan(query const& what, postings const& lists, direction way);

}  // namespace diptych::log
