/// @file
/// Sending a command: what goes with it, and what comes back.
///
/// A command has one of four outcomes, never mixed. *Accepted* and *refused* are values of
/// diptych::outcome. *Conflict* (only for a caller who named a token of his own) and *failed* are
/// errors.
#pragma once

#include <diptych/clock.hpp>
#include <diptych/error.hpp>
#include <diptych/position.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diptych {

/// Where a command is decided.
enum class concurrency : std::uint8_t {
    optimistic,   ///< On the caller's thread; again in the commit step if something came between.
    pessimistic,  ///< Only in the commit step.
};

/// What goes with a command. All fields are optional.
struct execute_options {
    std::string command_id = {};      ///< The same id again gives the first answer.
    std::string caller = {};          ///< Whose ids these are; ids of two callers never meet.
    std::string user = {};            ///< On whose behalf; recorded.
    std::string reason = {};          ///< Why; recorded.
    std::string correlation_id = {};  ///< The conversation; the command id if not given.
    std::string causation_id = {};    ///< The message that led to this command.
    std::string traceparent = {};     ///< W3C trace context.
    diptych::concurrency mode = diptych::concurrency::optimistic;
    /// Accept only if nothing that the command's states look at was recorded after this.
    std::optional<token> if_match = {};
    /// Not carried out from then on: it fails with invalid, code "expired", unless it was answered
    /// before.
    std::optional<timestamp> expires = {};
};

/// An event that a command made.
struct event_summary {
    std::string type;
    std::string stream;
    diptych::version version{};
    diptych::position position{};

    bool operator==(event_summary const&) const = default;
};

/// Which of several commands refused.
struct refusing_command {
    std::size_t place = 0;  ///< Among those given, from 0.
    std::string command;    ///< "shop.allocate".

    bool operator==(refusing_command const&) const = default;
};

/// The answer to a command, or to several as one: accepted, perhaps with events, or refused by the
/// domain.
struct outcome {
    enum class kind : std::uint8_t { accepted, refused };

    kind is = kind::accepted;
    token at = {};  ///< The last event's; without events, the end of the log it was judged at.
    std::vector<event_summary> events = {};  ///< In order. The engine's own are left out.
    std::string reason = {};                 ///< Of a refusal: its enumerator.
    std::string detail = {};                 ///< Of a refusal: a sentence for the user.
    /// Of several commands' refusal: the one that refused, unless an inline view did.
    std::optional<refusing_command> refused_by = {};
    std::string location = {};  ///< Where the result can be read, if a single command says so.
    bool repeated = false;      ///< The first answer to this command id, given again.
    bool view_behind = false;   ///< Recorded, but an inline view is still catching up.

    bool accepted() const { return is == kind::accepted; }
    bool operator==(outcome const&) const = default;
};

/// The JSON form, as HTTP answers and process records have it:
/// `{"outcome":"accepted","token":"1.42","events":[{"type":...,"stream":...,"version":...,"position":...}]}`
/// or
/// `{"outcome":"refused","token":"1.41","reason":"unknown_product","detail":"Invalid sku x"}`,
/// of several commands also `"refused_by":{"place":1,"command":"shop.allocate"}`.
std::string to_json(outcome const& answer);

/// Reads what to_json wrote. Fails with invalid if `json` is not of that form.
result<outcome> parse_outcome(std::string_view json);

}  // namespace diptych
