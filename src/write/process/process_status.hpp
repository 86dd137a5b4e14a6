/// @file
/// How a process is doing: whether it goes on, and if not, since when and why.
#pragma once

#include <diptych/clock.hpp>
#include <diptych/error.hpp>
#include <diptych/position.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace diptych::write {

enum class process_state : std::uint8_t {
    running,  ///< Goes on, or has nothing to do.
    waiting,  ///< Something is away for now: what it asks for is tried again.
    stuck,    ///< Inputs of an instance can not be reacted to, or its records not be read.
};

std::string_view to_string(process_state state);

struct process_status {
    process_state state = process_state::running;
    token at = {};             ///< Inputs up to here have been reacted to, or are parked.
    std::uint64_t lag = 0;     ///< Events behind the end of the log.
    std::uint64_t parked = 0;  ///< Inputs that wait.
    std::uint64_t dead = 0;    ///< Of those, given up until a person says otherwise.
    std::optional<error> last_error = {};  ///< Of a running one: of the last command nobody minds.
    int attempts = 0;  ///< Of what comes next for all of its instances, all failed.
    std::optional<timestamp> retry_at = {};
};

}  // namespace diptych::write
