/// @file
/// The tests in a view file: which events are given, and whether the rows are those expected.
#pragma once

#include "read/resolve.hpp"
#include "read/source.hpp"
#include "read/view_definition.hpp"
#include "sqlite/database.hpp"

#include <diptych/clock.hpp>
#include <diptych/event.hpp>

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace diptych::read {

/// An event to be recorded before rows are looked at.
struct given_event {
    event_data event;
    timestamp recorded_at;
    std::size_t line = 0;  ///< In the file.
};

/// What the events of a test are read with.
struct case_surroundings {
    std::span<known_event const> contexts = {};
    /// Whether a context knows the type as an older shape of an event; none does if empty.
    std::function<bool(std::string_view type)> is_older = {};
};

/// The events of a test, or all that is wrong with it: JSON that is none, an event or field that is
/// not known, a value that does not fit; also of its rows, of which nothing is kept.
///
/// Without `recorded_at` an event is a second later than the one before; the first is at the
/// beginning of 2026. Without `stream` it belongs to "given-1".
struct read_case {
    std::vector<given_event> given = {};
    std::vector<error> errors = {};
};
read_case read_events(
    view_case const& of,
    view_definition const& resolved,
    source const& in,
    case_surroundings const& with
);

/// How the rows of a table differ from those expected, in lines that begin with their place; empty
/// if they do not. Rows have no order; each expected one must be another. Fails if the table can
/// not be read.
result<std::vector<std::string>> row_differences(
    case_rows const& expected,
    view_definition const& view,
    source const& in,
    sqlite::database const& found
);

/// The file's text with another mode in its `@view` line, for the same view run in another way.
source with_mode(source const& in, bool is_inline);

}  // namespace diptych::read
