/// @file
/// A line of an exported log, on its way back in.
#pragma once

#include <diptych/error.hpp>

#include <string>
#include <string_view>

namespace diptych::cli {

/// The event of a line of an export, as POST /events takes it. Fails with invalid if the line is
/// not JSON or names no stream or type.
result<std::string> event_of_line(std::string_view line);

}  // namespace diptych::cli
