/// @file
/// What the log says of a command and what became of it: docs/reference/message-log.md.
///
/// There are three such records: `$command`, of commands whose senders keep none of their own; the
/// answers that a process has got; and how a queued command has ended.
#pragma once

#include "write/handled_command.hpp"

#include <diptych/error.hpp>
#include <diptych/event.hpp>
#include <diptych/position.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::messages {

inline constexpr std::string_view command_record_type = "$command";
inline constexpr std::size_t body_bytes_max = 64u << 10;  ///< Of a command that is kept with it.

/// One record for each command of the unit, each with its own events. What goes beyond
/// body_bytes_max is left out.
std::vector<event_data> command_records(write::handled_command const& what);

/// A command, as one of its records tells it.
struct told_command {
    std::string name;         ///< "shop.allocate"
    std::string id = {};      ///< Of the command; may be empty.
    std::string caller = {};  ///< Whose id that is.
    std::string user = {};
    std::string body = {};     ///< JSON; empty: it was left out, or stands in its `$queued`.
    std::string outcome = {};  ///< "accepted", "refused", or the kind of the error.
    std::string code = {};     ///< The reason of the refusal, or the error's code.
    std::string detail = {};
    std::optional<token> at = {};  ///< Of its outcome.
    std::vector<position> events = {};
    std::vector<std::string> streams = {};  ///< Of those events.
    std::optional<std::chrono::microseconds> took = {};
    std::size_t unit = 1;                 ///< Commands that were executed together.
    std::optional<position> input = {};   ///< Of a process: what it reacted to.
    std::optional<position> queued = {};  ///< Where it was put into the queue.
};

/// Whether a type is one of these records'.
bool is_command_record(std::string_view type);

/// nullopt if it is none of these records, or can not be read.
std::optional<told_command> command_in(recorded_event const& record);

}  // namespace diptych::messages
