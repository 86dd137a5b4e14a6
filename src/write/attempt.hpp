/// @file
/// A command under way: what stays the same however often it is decided.
#pragma once

#include "write/counters.hpp"

#include <diptych/append.hpp>
#include <diptych/clock.hpp>
#include <diptych/environment.hpp>
#include <diptych/execute.hpp>
#include <diptych/model.hpp>
#include <diptych/query.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace diptych::write {

/// The decision that was proposed last. Written by whoever decides, read when the answer is there.
struct last_decision {
    outcome::kind is = outcome::kind::accepted;
    std::string reason;
    std::string detail;
    std::vector<event_summary> events;  ///< Version and position not yet known.
};

struct attempt {
    model::command const* command;
    model::erased_const value;
    execute_options options;
    std::optional<command_key> key;  ///< When it carries a command id.
    timestamp now;                   ///< With `seed` the environment, the same for each decision.
    std::uint64_t seed;
    std::string metadata;  ///< Of its events.
    command_counters* counts;
    std::optional<model::decided> settled = {};  ///< Its answer, if no states are to be asked.
    std::optional<query> looked_at = {};         ///< By its states, when it was loaded last.
    last_decision last = {};
    std::size_t rounds = 0;  ///< That went back to the caller.
    bool is_direct = false;  ///< It is to be decided in the commit step at once.
};

/// "shop.allocate".
std::string full_name(model::command const& command);

/// Calls decide on these states, user code kept from harm.
result<model::decided> decide(
    attempt const& of, std::span<std::vector<model::erased_const> const> states
);

}  // namespace diptych::write
