/// @file
/// What followed from what, of one correlation id: commands lead to events, events to reactions of
/// processes, reactions to commands and timers.
#pragma once

#include "messages/message.hpp"
#include "messages/message_index.hpp"

#include <diptych/error.hpp>
#include <diptych/event_log.hpp>
#include <diptych/position.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::messages {

inline constexpr std::size_t trace_messages_most = 10'000;

enum class step_kind : std::uint8_t {
    command,
    event,
    reaction,  ///< Of a process to an input.
    timer,     ///< That has come due.
    queued,    ///< A command that has been put into the queue.
    record,    ///< Another of the engine's.
};

/// "command", "event", "reaction", "timer", "queued", "record".
std::string_view to_string(step_kind kind);

/// One message on its way.
struct trace_step {
    step_kind kind;
    std::string name;     ///< "shop.allocate", "shop.allocated", "reallocation", "expiry".
    position at{};        ///< 0: a command without a record of its own, known by its events.
    std::string id = {};  ///< Of a command, or of an event.
    std::string stream = {};
    diptych::version version{};
    std::optional<timestamp> recorded_at = {};
    std::string user = {};
    std::string outcome = {};  ///< Of a command; "open": it has no answer yet; empty: not known.
    std::string code = {};
    std::string detail = {};
    std::optional<std::chrono::microseconds> took = {};
    std::vector<std::size_t> next = {};  ///< What followed from it: places among the steps.
};

struct trace {
    std::string correlation_id;
    std::vector<trace_step> steps = {};
    std::vector<std::size_t> first = {};  ///< Steps that follow from none of the others.
    std::size_t messages = 0;             ///< In the log, of this conversation.
    bool is_cut = false;                  ///< There are more than trace_messages_most.
};

/// O(log n) in the length of the log for each message of the conversation. Fails with not_found if
/// there is none.
result<trace> trace_of(std::string_view correlation_id, message_index& index, event_log const& log);

/// A tree of lines, for people. Below 40 levels of it, a number says how deep a line stands.
std::string to_text(trace const& of);

/// `{"correlation_id","messages","is_cut","steps":[{"kind","name",...,"follows":0}]}`: each step
/// behind the one that it follows from, whose place in the list it names. Flat: readers of JSON
/// stop at some depth.
std::string to_json(trace const& of);

std::string to_mermaid(trace const& of);
std::string to_dot(trace const& of);

}  // namespace diptych::messages
