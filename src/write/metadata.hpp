/// @file
/// What is recorded beside an event: who, why, and what led to it.
#pragma once

#include <diptych/clock.hpp>
#include <diptych/execute.hpp>
#include <diptych/model.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace diptych::write {

/// The environment a decision was made in.
struct drawn_environment {
    timestamp now;
    std::uint64_t seed;
};

/// The metadata of a command's events: `command`, and those of `command_id`, `correlation_id` (the
/// command id if none is given), `causation_id`, `user`, `reason`, `traceparent` that are known. A
/// command that asks for the environment records it as `now` (microseconds since 1970 UTC) and
/// `seed` (decimal digits as text: it has 64 bits).
std::string metadata_of(
    model::command const& command,
    execute_options const& options,
    drawn_environment const& environment
);

/// As above, of a command that somebody elsewhere has worked on.
std::string metadata_of(std::string_view command, execute_options const& options);

/// Whether decide asks for the environment.
bool asks_for_environment(model::command const& command);

}  // namespace diptych::write
