/// @file
/// A line of an exported log, on its way back in.
#pragma once

#include <diptych/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace diptych::cli {

/// The event of a line of an export, as POST /events takes it. Fails with invalid if the line is
/// not JSON or names no stream or type.
result<std::string> event_of_line(std::string_view line);

/// The same of a line that stands for something that happened before there was a log. `backfill`
/// names the run: it is noted in the metadata, and the id, if the line has none, follows from it
/// and the line's number, so that the same line of the same run is the same event each time.
result<std::string> event_of_line(
    std::string_view line, std::string_view backfill, std::uint64_t number
);

}  // namespace diptych::cli
