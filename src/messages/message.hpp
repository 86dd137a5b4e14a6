/// @file
/// A message: an event, a command with its outcome, or another record of the engine.
#pragma once

#include "messages/command_record.hpp"

#include <diptych/clock.hpp>
#include <diptych/error.hpp>
#include <diptych/event.hpp>
#include <diptych/event_log.hpp>
#include <diptych/position.hpp>
#include <diptych/uuid.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace diptych::messages {

enum class message_kind : std::uint8_t {
    event,
    command,
    record,  ///< `$reaction`, `$timer_due`, ...: only for who asks for the engine's own.
};

/// "event", "command", "record".
std::string_view to_string(message_kind kind);

/// See the file comment.
struct message {
    message_kind kind = message_kind::event;
    token at = {};  ///< Where it stands in the log.
    uuid id = {};
    timestamp recorded_at = {};
    std::string stream = {};
    diptych::version version{};
    std::string type = {};  ///< Of a command its name: "shop.allocate".
    std::string correlation_id = {};
    std::string causation_id = {};
    std::string user = {};
    std::string data = {};      ///< JSON, as it was recorded.
    std::string metadata = {};  ///< As above.
    std::optional<told_command> command = {};
};

/// A record in the log as a message. What a queued command's record leaves to its `$queued` is
/// looked up there. Fails with what reading the log failed with.
result<message> message_of(recorded_event const& record, event_log const& log);

/// As above, of what stands at a position. Fails with not_found.
result<message> message_at(position at, event_log const& log);

/// A command with what stands in its `$queued`.
result<told_command> whole_command(told_command told, event_log const& log);

}  // namespace diptych::messages
