/// @file
/// The records of a process in the log, written and read: docs/reference/process-events.md.
#pragma once

#include "write/conversation.hpp"
#include "write/process/process_stream.hpp"
#include "write/record_types.hpp"

#include <diptych/clock.hpp>
#include <diptych/error.hpp>
#include <diptych/event.hpp>
#include <diptych/execute.hpp>
#include <diptych/model.hpp>
#include <diptych/position.hpp>
#include <diptych/query.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::write {

inline constexpr std::string_view reaction_type = "$reaction";
inline constexpr std::string_view timer_due_type = "$timer_due";

/// What a process asked for, as it is recorded before it has an effect.
struct reaction_record {
    struct command {
        std::string name;
        std::string id;
        std::string body;
        std::string slot = {};
        std::optional<timestamp> not_before = {};
        std::optional<timestamp> expires = {};
    };
    struct timer {
        std::string name;
        timestamp due;
    };

    position input;
    std::vector<command> commands = {};
    std::vector<timer> start = {};
    std::vector<std::string> cancel = {};
    std::vector<std::string> correlate = {};
    bool finish = false;

    bool asks_for_nothing() const {
        return commands.empty() && start.empty() && cancel.empty() && correlate.empty() && !finish;
    }
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

/// Fails with corrupt if the data is not of that form; so do the others that parse.
result<reaction_record> parse_reaction(recorded_event const& event);

/// A command that a process sends.
struct sent_command {
    std::string instance;
    position input;
    reaction_record::command what;
    conversation about;
    int attempts = 0;  ///< Failed so far, of those known.
};

/// The record of a command's answer: an outcome, or why it can not be carried out.
event_data answer_record(
    std::string_view process, sent_command const& command, result<outcome> const& answer
);

/// Which command an answer record is about.
struct answered_command {
    std::string id;
    std::string slot;
};
result<answered_command> parse_answer(recorded_event const& event);

/// A timer that runs.
struct running_timer {
    std::string instance;
    std::string name;
    timestamp due;
    position started_by;
    conversation about = {};  ///< Of the reaction that started it.
};

event_data timer_record(std::string_view process, running_timer const& timer);
result<running_timer> parse_timer(std::string_view process, recorded_event const& event);

/// An input that has not been reacted to, while others are.
struct parked_input {
    std::string instance;
    position input;
    int attempts = 0;      ///< That failed; 0: it waits behind another of its instance.
    bool is_dead = false;  ///< It is not tried again by itself.
    error why = {errc::failed, "", ""};
};

event_data parked_record(
    std::string_view process, parked_input const& what, conversation const& about
);
result<parked_input> parse_parked(std::string_view process, recorded_event const& event);

/// The record that an input is given up.
event_data dropped_record(std::string_view process, std::string_view instance, position input);
result<position> parse_dropped(recorded_event const& event);

}  // namespace diptych::write
