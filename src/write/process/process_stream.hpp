/// @file
/// Whose a record of a process is, and the ids of an instance's commands.
#pragma once

#include "write/record_stream.hpp"

#include <diptych/event.hpp>
#include <diptych/json_writer.hpp>
#include <diptych/position.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace diptych::write {

/// Whose the inputs are that can not be read, not even for the instance they belong to.
inline constexpr std::string_view unknown_instance = "unknown";

/// The instance in a stream's name; empty if the stream is not one of this process.
std::string_view instance_of(std::string_view process, std::string_view stream);

/// The instance a record is of; empty if it is not one of this process.
std::string instance_of(std::string_view process, recorded_event const& record);

/// The data of a record, open: with the instance in it where the stream does not say it.
json::writer begin_record(std::string_view process, std::string_view instance);

/// The id of a command: of the reaction to an input, the one at this place.
std::string command_id(
    std::string_view process, std::string_view instance, position input, std::size_t ordinal
);

}  // namespace diptych::write
