/// @file
/// Recorded events for tests of folds and processes.
#pragma once

#include <diptych/event.hpp>

#include <string>
#include <string_view>

namespace recorded {

/// An event as it would come out of the log. Keeps references: its texts are literals.
inline diptych::recorded_event event(
    std::string_view type, std::string_view stream, std::string_view data
) {
    diptych::recorded_event made{};
    made.position = diptych::position{7};
    made.version = diptych::version{1};
    made.type = type;
    made.stream = stream;
    made.data = data;
    made.metadata = "{}";
    return made;
}

}  // namespace recorded
