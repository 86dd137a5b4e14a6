/// @file
/// Several commands in one body: `[{"name":"lend","command":{...}}, ...]`.
#pragma once

#include "edge/services.hpp"

#include <diptych/error.hpp>
#include <diptych/json_value.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::edge {

/// The commands as they stand there, whether or not there are such. The texts are valid as long as
/// the document is. Fails with invalid; the path is in the facts.
result<std::vector<write::command_text>> commands_in(json::document const& body);

/// What is wrong with the name of the one at this place.
error wrong_name_at(services const& of, std::size_t place, std::string_view name, error what);

/// Where in a command, and where in the body: "quantity" of the second is "/1/command/quantity".
error placed_in_body(error what, std::size_t commands);

}  // namespace diptych::edge
