/// @file
/// How processes are doing, as JSON.
#pragma once

#include "edge/services.hpp"

#include <diptych/json_writer.hpp>

namespace diptych::edge {

/// `[{"name","state","at","lag","attempts","retry_at","error"}]`; the last three only while
/// something fails.
void write_process_status(json::writer& to, services const& of);

}  // namespace diptych::edge
