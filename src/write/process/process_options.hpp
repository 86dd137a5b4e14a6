/// @file
/// Bounds of a process runner, and what it counts.
#pragma once

#include "sqlite/location.hpp"

#include <diptych/error.hpp>
#include <diptych/position.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace diptych::write {

struct process_options {
    sqlite::location ledger{":memory:"};  ///< The file of what the log says it has to do.
    position start_after{};               ///< Inputs up to here are not reacted to.
    std::size_t inputs_per_step = 256;    ///< Inputs looked at in one step.
    std::size_t timers_per_step = 256;    ///< Fired in one step.
    std::size_t sends_max = 64;           ///< Commands under way at once.
    std::size_t open_max = 10'000;        ///< Commands without an answer; then inputs wait.
    std::size_t cached_instances_max = 1'000;
    std::size_t snapshot_after = 1'024;  ///< Inputs between notes of how far it is.
    int attempts_max = 10;               ///< Of an input; then it waits for a person.
    std::chrono::microseconds rest_first = std::chrono::milliseconds{100};  ///< After a failure.
    std::chrono::microseconds rest_longest = std::chrono::seconds{30};
};

/// How a process is doing.
struct process_statistics {
    position at{};  ///< Inputs up to here have been reacted to, or are parked.
    std::uint64_t inputs = 0;
    std::uint64_t reactions = 0;  ///< Recorded by this runner.
    std::uint64_t sent = 0;       ///< Commands sent, again or not.
    std::uint64_t fired = 0;      ///< Timers fired by this runner.
    std::uint64_t open = 0;       ///< Commands without an answer now.
    std::uint64_t timers = 0;     ///< Timers running now.
    std::uint64_t instances = 0;  ///< That have left a record.
    std::uint64_t finished = 0;   ///< Of those.
    std::uint64_t parked = 0;     ///< Inputs that wait, now.
    std::uint64_t dead = 0;       ///< Of those, given up until a person says otherwise.
    std::uint64_t unheard =
        0;  ///< Commands that failed since the start, to which it does not react.
    std::optional<error> last_unheard = {};  ///< Names the command.
    std::optional<error> step_error = {};    ///< The process does not get on, with any instance.
};

}  // namespace diptych::write
