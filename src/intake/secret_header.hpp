/// @file
/// Headers that let somebody in: they are neither mapped nor kept with dead letters, which are in
/// the log.
#pragma once

#include <string_view>

namespace diptych::intake {

/// By its name, in lower case. Those of CloudEvents are none: they are the event's own.
bool is_secret_header(std::string_view name);

}  // namespace diptych::intake
