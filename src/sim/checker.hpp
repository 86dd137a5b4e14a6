/// @file
/// Decides whether what clients saw is what this log may have shown them. Knows nothing of how the
/// engine works.
///
/// It checks durability of what was acknowledged, density and order, linearizability (what was
/// answered stands before what began later; a read, a decision and an inline view see everything
/// that was answered before they began), conditions at the place where an append stands, the cause
/// of each refusal, that it was there by then, that each operation and each command stands once or
/// not at all, that each request is answered once and again alike, that no process reacts twice or
/// is answered twice, and that what is queued is executed once, in the order of its key. After Wing
/// and Gong, "Testing and verifying concurrent objects" (1993); positions make the search for an
/// order unnecessary.
#pragma once

#include "sim/history.hpp"
#include "sim/log_model.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::sim {

/// The rows that a view must have after the first `prefix` events, as a query answers them.
using rows_of_view =
    std::function<std::string(std::string_view view, log_model const& log, std::uint64_t prefix)>;

/// What follows from the domain; all but the rows may be empty.
struct rules {
    rows_of_view rows;
    /// What is wrong with an answer, at the place that it names.
    std::function<std::optional<std::string>(
        log_model const& log, command_attempt const& what, outcome const& answer
    )>
        judge = {};
    /// Whether an inline view refuses these events behind the first `prefix`.
    std::function<
        bool(log_model const& log, std::uint64_t prefix, std::vector<event_data> const& events)>
        refuses = {};
    /// Whether clients send what is no command, and are told so.
    bool may_be_malformed = false;
    /// What is wrong with the events that stand under a command's id.
    std::function<std::optional<std::string>(
        command_attempt const& what, std::vector<logged const*> const& stands
    )>
        made_by = {};
};

/// The first promise that is broken, in a few lines; nothing if all are kept.
std::optional<std::string> broken_promise(
    history const& of, log_model const& log, rules const& domain
);

/// What was shown to clients that can not all be true, where there is no log to compare with any
/// more: what was never appended, one position as two events, one view's rows in two ways.
std::optional<std::string> shown_wrongly(history const& of);

}  // namespace diptych::sim
