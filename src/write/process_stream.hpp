/// @file
/// Names of what belongs to an instance of a process: its stream and the ids of its commands.
#pragma once

#include <diptych/event.hpp>
#include <diptych/position.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace diptych::write {

/// Whose the inputs are that can not be read, not even for the instance they belong to.
inline constexpr std::string_view unknown_instance = "unknown";

/// The stream of an instance: "reallocation-order-o1", or "reallocation-" and the hash of the
/// instance if that would be longer than a name may be.
std::string process_stream(std::string_view process, std::string_view instance);

/// The instance in a stream's name; empty if the stream is not one of this process.
std::string_view instance_of(std::string_view process, std::string_view stream);

/// The instance a record is of; empty if it is not one of this process.
std::string instance_of(std::string_view process, recorded_event const& record);

/// Whether the records of an instance must say whose they are, as its stream does not.
bool needs_instance(std::string_view process, std::string_view instance);

/// The id of a command: of the reaction to an input, the one at this place.
std::string command_id(
    std::string_view process, std::string_view instance, position input, std::size_t ordinal
);

}  // namespace diptych::write
