/// @file
/// Commands under way as one unit: what stays the same however often they are decided. A single
/// command is a unit of one.
#pragma once

#include "write/counters.hpp"

#include <diptych/append.hpp>
#include <diptych/clock.hpp>
#include <diptych/environment.hpp>
#include <diptych/execute.hpp>
#include <diptych/model.hpp>
#include <diptych/query.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace diptych::write {

/// Who keeps what became of a command.
enum class record_keeper : std::uint8_t {
    listener,  ///< Whoever listens to the executor.
    sender,    ///< Its sender, in records of his own: nobody else is told.
};

/// One command of a unit.
struct part {
    model::command const* command;
    model::erased_const value;
    std::uint64_t seed;    ///< With `now` of the unit its environment, the same for each decision.
    std::string metadata;  ///< Of its events.
    command_counters* counts;
    std::size_t body_bytes = 0;
    std::size_t made = 0;  ///< Events, of the decision proposed last.
};

struct attempt {
    std::vector<part> parts;  ///< In the order in which they are decided; at least one.
    execute_options options;
    std::optional<command_key> key;  ///< When it carries a command id.
    timestamp now;
    std::optional<outcome> settled = {};  ///< Its refusal, if no states are to be asked.
    std::optional<query> looked_at = {};  ///< By its states, when it was loaded last.
    /// Proposed last; versions and positions not yet known. Written by whoever decides, read when
    /// the answer is there.
    outcome last = {};
    std::size_t rounds = 0;  ///< That went back to the caller.
    bool is_direct = false;  ///< It is to be decided in the commit step at once.
    record_keeper kept_by = record_keeper::listener;
};

/// "shop.allocate".
std::string full_name(model::command const& command);

/// For messages: "shop.allocate", or "the unit of shop.allocate and 2 more".
std::string describe(attempt const& of);

/// Counts for each of its commands how the unit ended.
void count(attempt const& of, result<outcome> const& answer);

/// The refusal of a unit by the command at a place.
outcome refusal_by(attempt const& of, std::size_t place, std::string reason, std::string detail);

/// Calls decide of one of its commands on these states, user code kept from harm.
result<model::decided> decide(
    attempt const& of, part const& which, std::span<std::vector<model::erased_const> const> states
);

}  // namespace diptych::write
