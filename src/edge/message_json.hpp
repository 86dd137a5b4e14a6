/// @file
/// A message as JSON.
#pragma once

#include "messages/message.hpp"

#include <diptych/json_writer.hpp>

namespace diptych::edge {

/// `{"kind","position","token","recorded_at","type","stream","version","id","correlation_id",
/// "causation_id","user","data","metadata"}`, on one line; of a command "command_id", "caller",
/// "outcome", "code", "detail", "body", "events" and "took_us" instead of data. What is empty is
/// left out.
void write_message(json::writer& to, messages::message const& one);

}  // namespace diptych::edge
