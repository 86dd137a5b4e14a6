/// @file
/// The first answer again: to a command whose id is known, and to events whose ids are.
#pragma once

#include "log/line_of_history.hpp"
#include "log/past.hpp"

#include <diptych/append.hpp>
#include <diptych/error.hpp>

#include <optional>

namespace diptych::log {

struct prepared;

/// The first answer if `in` knows the command or the events; nullopt if they are new. Other content
/// under a known id is answered with invalid: "command_id_reused" or "event_id_reused".
result<std::optional<result<appended>>> find_first_answer(
    prepared const& what, past const& in, line_of_history const& line
);

}  // namespace diptych::log
