/// @file
/// Commands of the queue as JSON.
#pragma once

#include "write/queue/command_queue.hpp"

#include <diptych/json_writer.hpp>

#include <string>

namespace diptych::edge {

/// One that waits, as an object.
void write_queued(json::writer& to, write::queued_command const& one);
void write_leased(json::writer& to, write::leased_command const& one);

std::string to_json(write::queued_status const& of);

}  // namespace diptych::edge
