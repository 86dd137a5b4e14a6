/// @file
/// The records of a process in the log, written and read: docs/reference/process-events.md.
#pragma once

#include <diptych/clock.hpp>
#include <diptych/error.hpp>
#include <diptych/event.hpp>
#include <diptych/execute.hpp>
#include <diptych/json_value.hpp>
#include <diptych/model.hpp>
#include <diptych/position.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace diptych::write {

inline constexpr std::string_view reaction_type = "$reaction";
inline constexpr std::string_view accepted_type = "$accepted";
inline constexpr std::string_view refused_type = "$refused";
inline constexpr std::string_view failed_type = "$failed";
inline constexpr std::string_view timer_due_type = "$timer_due";

/// The stream of an instance: "reallocation-order-o1", or "reallocation-" and the hash of the
/// instance if that would be longer than a name may be.
std::string process_stream(std::string_view process, std::string_view instance);

/// The instance in a stream's name; empty if the stream is not one of this process.
std::string_view instance_of(std::string_view process, std::string_view stream);

/// The instance a record is of; empty if it is not one of this process.
std::string instance_of(std::string_view process, recorded_event const& record);

/// A member of a record; empty if there is none.
std::string text_in(json::value const& record, std::string_view name);

/// What led to what.
struct conversation {
    std::string correlation_id;
    std::string causation_id;
    std::string traceparent;
};

/// Of what follows from `input`: its conversation goes on, and it is the cause.
conversation following(recorded_event const& input);

/// As a record's metadata has it.
conversation conversation_in(recorded_event const& record);
std::string metadata_of(conversation const& about);
std::string metadata_of(conversation const& about, timestamp now, std::uint64_t seed);

/// What a process asked for, as it is recorded before it has an effect.
struct reaction_record {
    struct command {
        std::string name;
        std::string id;
        std::string body;
    };
    struct timer {
        std::string name;
        timestamp due;
    };

    position input;
    std::vector<command> commands = {};
    std::vector<timer> start = {};
    std::vector<std::string> cancel = {};

    bool asks_for_nothing() const { return commands.empty() && start.empty() && cancel.empty(); }
};

/// Fills in what react left open: ids of commands, due times of timers.
reaction_record record_of(
    model::reaction const& said,
    std::string_view process,
    std::string_view instance,
    position input,
    timestamp now
);

std::string to_json(
    reaction_record const& record, std::string_view process, std::string_view instance
);

/// Fails with corrupt if the data is not of that form.
result<reaction_record> parse_reaction(recorded_event const& event);

/// A command that a process sends.
struct sent_command {
    std::string instance;
    position input;
    reaction_record::command what;
    conversation about;
};

/// The record of a command's answer: an outcome, or why it can not be carried out.
event_data answer_record(
    std::string_view process, sent_command const& command, result<outcome> const& answer
);

/// The command id that an answer record is about. Fails with corrupt if it names none.
result<std::string> answered_id(recorded_event const& event);

/// A timer that runs.
struct running_timer {
    std::string instance;
    std::string name;
    timestamp due;
    position started_by;
    conversation about = {};  ///< Of the reaction that started it.
};

event_data timer_record(std::string_view process, running_timer const& timer);

/// The timer of a `$timer_due`. Fails with corrupt if the data is not of that form.
result<running_timer> parse_timer(std::string_view process, recorded_event const& event);

}  // namespace diptych::write
