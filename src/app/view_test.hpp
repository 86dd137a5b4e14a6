/// @file
/// Looks at view files without a log of their own: what is wrong with them, and their own tests.
#pragma once

#include "read/source.hpp"

#include <diptych/error.hpp>
#include <diptych/event_log.hpp>
#include <diptych/model.hpp>

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::app {

/// What is known of events besides the file's own `@event` lines.
struct known_to_views {
    std::vector<model::event> events = {};  ///< Of contexts.
    /// Whether a log has an event of the type; not asked if empty.
    std::function<result<bool>(std::string_view type)> is_recorded = {};
};

/// Looks for events of a type in a log, which it keeps a reference to.
std::function<result<bool>(std::string_view type)> recorded_in(event_log& log);

/// A test that came out differently.
struct failed_case {
    std::string name;                           ///< As in the file, or "line 12".
    std::string ways = {};                      ///< "inline, async", in which it did.
    std::vector<std::string> differences = {};  ///< Lines that begin with their place.
};

/// What there is to say about a view file.
struct view_report {
    std::string file;
    std::string view = {};     ///< Empty if the file could not be read as one.
    std::string version = {};  ///< Empty if there is an error.
    std::vector<error> errors = {};
    std::vector<std::string> warnings = {};
    std::size_t cases = 0;  ///< Tests that were run.
    std::vector<failed_case> failed = {};

    bool is_good() const { return errors.empty() && failed.empty(); }
};

/// Says all that is wrong with a view file, its tests included, which are not run. Fails with what
/// asking for recorded events failed with.
result<view_report> check_view_text(read::source const& text, known_to_views const& known);

/// As above, and runs its tests, if there is no error: each inline, async, built again from the
/// first event, and with restarts in the middle and at the end. Needs a temporary folder. Blocking.
/// Fails as above, or with what the machine failed with.
result<view_report> test_view(read::source const& text, known_to_views const& known);

}  // namespace diptych::app
