/// @file
/// Instances of processes, and what they are parked on, as JSON.
#pragma once

#include "write/process/process_runner.hpp"

#include <diptych/json_writer.hpp>

namespace diptych::edge {

/// As members of the object that is open.
void write_instance(json::writer& to, write::process_instance const& one);

void write_parked(json::writer& to, write::parked_input const& one);

/// Everything that show() says.
void write_detail(json::writer& to, write::instance_detail const& of);

}  // namespace diptych::edge
