/// @file
/// What is known of an incoming channel while it runs.
#pragma once

#include "endpoint/state.hpp"
#include "intake/declaration.hpp"
#include "intake/records.hpp"

#include <diptych/clock.hpp>
#include <diptych/position.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace diptych::intake {

/// Counts since the start.
struct intake_counts {
    std::uint64_t received = 0;
    std::uint64_t done = 0;
    std::uint64_t repeated = 0;
    std::uint64_t refused = 0;
    std::uint64_t held = 0;
    std::uint64_t unmapped = 0;   ///< Of a type that the file says nothing of.
    std::uint64_t malformed = 0;  ///< That could not be read.
    std::uint64_t parked = 0;     ///< Given up on: after tries, or because none can help.
    std::uint64_t failures = 0;   ///< Tries that failed; a message may have several.
};

struct incoming_status {
    std::string name;
    std::string from;
    endpoint::assurance keeps = endpoint::assurance::at_least_once;
    endpoint::channel_state state = endpoint::channel_state::running;
    std::optional<std::uint64_t> lag = {};  ///< Messages that wait at the broker, if it says so.
    std::uint64_t breaks = 0;               ///< Connections lost, since the start.
    std::size_t in_flight = 0;              ///< Taken, and not done with.
    std::size_t dead_letters = 0;
    intake_counts counts = {};
    std::string last_error = {};
    timestamp last_error_at = {};
    std::optional<timestamp> next_try = {};
};

struct letter_view {
    version number;
    letter what;
    delivery message;
};

struct letter_page {
    std::vector<letter_view> all;
    bool at_end = true;  ///< There is none behind these.
};

}  // namespace diptych::intake
