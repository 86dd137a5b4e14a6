/// @file
/// What a channel delivers: an event of the log.
#pragma once

#include <diptych/clock.hpp>
#include <diptych/event.hpp>
#include <diptych/position.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace diptych::outbox {

/// Thread-compatible.
struct message {
    std::string id;  ///< Of the event: the same at each attempt, also after a crash.
    diptych::position position;
    diptych::version version;
    timestamp recorded_at;
    std::string stream;
    std::string type;
    std::string data;  ///< JSON; empty if it was erased.
    std::vector<std::string> tags = {};
    std::string correlation_id = {};  ///< This and what follows: empty if it has none.
    std::string causation_id = {};
    std::string traceparent = {};

    /// About what it takes of memory.
    std::size_t bytes() const {
        return sizeof(message) + stream.size() + type.size() + data.size();
    }
};

message message_of(recorded_event const& event);

}  // namespace diptych::outbox
