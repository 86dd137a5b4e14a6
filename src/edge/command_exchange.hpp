/// @file
/// What comes with a request to execute commands, and what is answered, for one and for several.
#pragma once

#include "edge/services.hpp"

#include <diptych/error.hpp>
#include <diptych/execute.hpp>
#include <diptych/http.hpp>

#include <string>
#include <string_view>

namespace diptych::edge {

/// What the headers say. Fails with invalid if one of them is not understood.
result<execute_options> command_options_of(http::request const& asked);

/// Under which the queue knows a command that was sent so: ids of two callers never meet.
std::string queue_id_of(execute_options const& how);

/// 200, 201 with a location, or 409.
http::response command_answer(outcome const& said);

/// `what`, by which a command was not found, with the nearest name there is; or that it is only
/// queued here.
error unknown_command(services const& of, std::string_view name, error what);

}  // namespace diptych::edge
