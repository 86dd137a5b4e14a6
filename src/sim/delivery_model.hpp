/// @file
/// What is promised to those who receive what channels deliver: each event that a channel selects,
/// at least once, in the order of its stream; and none that is not in the log.
#pragma once

#include "sim/log_model.hpp"
#include "sim/receiver.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string>

namespace diptych::sim {

struct channel_rules {
    std::string name;
    std::function<bool(logged const&)> takes;
    bool once = false;         ///< Of each stream no more than one comes again.
    bool starts_now = false;   ///< With what comes after its first record.
    bool is_finished = false;  ///< Nothing is left to do: all that is not dropped is there.
};

/// What is wrong with what a receiver got, if anything is.
std::optional<std::string> delivered_wrongly(
    log_model const& log, std::span<delivery const> got, channel_rules const& by
);

}  // namespace diptych::sim
