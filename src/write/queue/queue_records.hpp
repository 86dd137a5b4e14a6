/// @file
/// The records of the command queue in the log: docs/reference/command-queue.md.
#pragma once

#include "write/conversation.hpp"

#include <diptych/append.hpp>
#include <diptych/clock.hpp>
#include <diptych/error.hpp>
#include <diptych/event.hpp>
#include <diptych/execute.hpp>
#include <diptych/position.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace diptych::write {

inline constexpr std::string_view queue_category = "queue";
inline constexpr std::string_view queued_type = "$queued";
inline constexpr int priority_max = 9;

/// A command that waits to be executed.
struct queued_command {
    std::string id;    ///< Under which the queue knows it: no other command has it.
    std::string name;  ///< "shop.allocate".
    std::string body;  ///< JSON.
    std::string key;   ///< Commands of one key are executed in order; empty: in none.
    int priority = 0;  ///< Up to priority_max; of commands that may be sent, higher ones go first.
    std::optional<timestamp> not_before = {};
    std::optional<timestamp> expires = {};
    std::string command_id = {
    };  ///< Under which it is executed, among those of its caller; or `id`.
    std::string caller = {};
    std::string user = {};
    std::string reason = {};
    conversation about = {};
    position at{};                               ///< Of its record.
    std::optional<timestamp> leased_until = {};  ///< Somebody elsewhere works on it.
    std::optional<timestamp> retry_at = {};      ///< It rests after an attempt that failed.
    int attempts = 0;                            ///< Failed so far, of those known.
    bool is_dead = false;
    bool is_unhandled = false;  ///< Neither a context here nor anybody elsewhere executes it.
    std::string behind = {};    ///< The command of its key for which it waits, by id.
    error why = {errc::failed, "", ""};  ///< Of the last attempt.

    execute_options options() const;
};

/// Whose order it is in: its key, or itself.
std::string lane_of(queued_command const& command);

event_data queued_record(queued_command const& command);

/// Fails with corrupt if the data is not of that form; so do the others that parse.
result<queued_command> parse_queued(recorded_event const& event);

/// How it ended: `$accepted`, `$refused` or `$failed`.
event_data queue_answer_record(queued_command const& command, result<outcome> const& answer);

/// It failed too often, and is not tried by itself: `$parked`.
event_data queue_parked_record(queued_command const& command);

/// A person gave it up: `$dropped`.
event_data queue_dropped_record(queued_command const& command);

/// What the records above say of a command.
struct queue_record {
    std::string id;
    int attempts = 0;
    error why = {errc::failed, "", ""};
    std::string answer = {};  ///< The outcome, or the error, as JSON.
};
result<queue_record> parse_queue_record(recorded_event const& event);

}  // namespace diptych::write
