/// @file
/// What is known of a channel while it runs.
#pragma once

#include "endpoint/state.hpp"
#include "outbox/declaration.hpp"
#include "outbox/records.hpp"

#include <diptych/clock.hpp>
#include <diptych/error.hpp>
#include <diptych/position.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace diptych::outbox {

/// The message that a channel is paused at: what a drop lets go.
struct paused_message {
    diptych::position position;
    diptych::version version;
    std::string type;
    std::string event_id;
};

struct channel_status {
    std::string name;
    std::string to;
    endpoint::assurance keeps = endpoint::assurance::at_least_once;
    endpoint::channel_state state = endpoint::channel_state::running;
    position up_to = {};    ///< Everything up to here is delivered, parked or not for it.
    std::uint64_t lag = 0;  ///< Events that are not, or have not been looked at.
    std::optional<timestamp> oldest = {};  ///< When the oldest of those was recorded, if known.
    std::size_t in_flight = 0;
    std::uint64_t delivered = 0;   ///< This and the next three: since the start.
    std::uint64_t refused = 0;     ///< Answers; a message may have several.
    std::uint64_t failures = 0;    ///< Answers, and tries without one.
    std::uint64_t records = 0;     ///< `$channel_delivered` written.
    std::size_t dead_letters = 0;  ///< Streams that stand.
    std::string last_error = {};
    timestamp last_error_at = {};
    std::optional<timestamp> next_try = {};
    std::string paused_stream = {};  ///< If it is paused: of the message that was refused.
    std::optional<paused_message> paused = {};
};

/// A stream of dead letters.
struct letter_status {
    letter what;
    std::uint64_t behind = 0;  ///< Later events of the stream, as far as the channel has looked.
};

}  // namespace diptych::outbox
