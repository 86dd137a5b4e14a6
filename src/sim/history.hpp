/// @file
/// What clients did and what they saw, as one list: all that the checker knows besides the log.
#pragma once

#include "inbox/answer.hpp"
#include "inbox/message.hpp"
#include "sim/log_model.hpp"
#include "write/queue/queue_records.hpp"

#include <diptych/append.hpp>
#include <diptych/error.hpp>
#include <diptych/event_log.hpp>
#include <diptych/execute.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace diptych::sim {

/// One attempt to append. Attempts of one operation bring the same request.
struct append_attempt {
    std::uint64_t operation;  ///< Is in the data of its events, as `"op":7`.
    append_request request;
    std::optional<result<appended>> answer = {};  ///< None: none came before a crash.
};

/// One command, or one sent again under its id.
struct command_attempt {
    std::string command;
    std::string json;
    std::string id = {};           ///< Empty: it has none.
    std::string correlation = {};  ///< Of one without an id, and nobody else's.
    std::optional<result<outcome>> answer = {};

    /// What the events that it makes can be told by.
    std::string const& mark() const { return id.empty() ? correlation : id; }
};

/// A page of the log, or why there was none.
struct read_attempt {
    std::variant<read_options, std::pair<std::string, stream_options>> what;
    std::vector<logged> events = {};
    std::uint64_t seen = 0;   ///< The page's.
    std::uint32_t epoch = 1;  ///< Of that.
    bool at_end = false;
    bool may_lag = false;  ///< Another process's, whose end is nobody else's.
    std::optional<error> failure = {};
};

/// The rows of a view, or why there were none.
struct query_attempt {
    std::string view;
    std::uint64_t at_least = 0;  ///< That the client asked for.
    std::uint64_t at = 0;        ///< That the rows show.
    std::uint32_t epoch = 1;     ///< Of that.
    std::string rows = {};
    bool is_inline = false;   ///< And takes part in each commit, as its status says.
    bool has_reached = true;  ///< What was asked for; if not, there are no rows.
    std::optional<error> failure = {};
};

/// A message of another service. Those of one id bring the same, or are told so.
struct message_attempt {
    std::string source;
    inbox::message what;
    std::optional<result<inbox::answer>> answer = {};
};

/// Commands that are to be executed later. Those of one first id bring the same, or are told so.
struct queue_attempt {
    std::vector<write::queued_command> commands;
    std::optional<result<appended>> answer = {};
};

/// What somebody beside the node says of a command that he has worked on.
struct completion_attempt {
    std::string id;
    std::uint64_t operation = 0;  ///< Is in the data of its event; 0: it has none.
    bool is_refusal = false;
    bool may_be_lost = false;  ///< The lease may be over.
    std::optional<result<appended>> answer = {};
};

/// Moments count up with each beginning and each answer: an operation whose answer has a smaller
/// number than another's beginning was over when that one began.
struct attempt {
    std::uint64_t client;
    std::uint64_t begun;
    std::uint64_t answered = 0;  ///< 0: not.
    std::uint64_t answers = 0;   ///< How many came.
    std::uint64_t life = 0;      ///< Of the node, that it was made in.
    bool is_sound = false;       ///< Nothing of the machine had failed since the node's start.
    std::variant<
        append_attempt,
        command_attempt,
        read_attempt,
        query_attempt,
        message_attempt,
        queue_attempt,
        completion_attempt>
        what;
};

struct history {
    std::vector<std::unique_ptr<attempt>> attempts;  ///< Each stays where it is until answered.
    std::set<std::uint64_t> lost_lives = {};         ///< Of the node: ended by a crash.
    bool may_be_damaged = false;                     ///< Bits of what is durable were flipped.
    timestamp rested_at{};                           ///< By the clock: nothing was left to do.
    std::optional<std::string> noticed = {};         ///< A broken promise, at once.
    std::set<std::string> came_in = {};  ///< Ids of messages that brokers had for its channels.
    std::uint64_t moments = 0;

    std::uint64_t next_moment() { return ++moments; }
};

}  // namespace diptych::sim
