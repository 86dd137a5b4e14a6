/// @file
/// What is promised to those whose messages come in on a channel: each has its effect once, in the
/// order of its key, before its broker is told; or it is refused, or a dead letter.
#pragma once

#include "sim/broker.hpp"
#include "sim/log_model.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace diptych::sim {

struct arrival_rules {
    std::string channel;
    int attempts_min = 1;      ///< Of a message that could have had its effect, and did not.
    bool is_in_order = true;   ///< Its broker keeps the order of keys.
    bool is_finished = false;  ///< Nothing is left to do.
    /// Whether the log knows this command by its id, and has refused it.
    std::function<bool(arrival const&)> was_refused = {};
};

/// The dead letters that a channel has by the log, by number: message id and body.
std::map<std::uint64_t, std::pair<std::string, std::string>> letters_in(
    log_model const& log, std::string_view channel
);

/// Whether nothing can come of it: it says nothing that is understood, or its id says two things.
bool is_hopeless(std::span<arrival const> all, arrival const& one);

/// What is wrong with what became of a channel's messages, if anything is.
std::optional<std::string> arrived_wrongly(
    log_model const& log, std::span<arrival const> all, arrival_rules const& by
);

/// An event with a number that nobody's message has, or that another has.
std::optional<std::string> came_of_nothing(log_model const& log, std::span<arrival const> all);

}  // namespace diptych::sim
