/// @file
/// How a channel is, and what of it is parked, as JSON.
#pragma once

#include "outbox/status.hpp"

#include <diptych/json_writer.hpp>

namespace diptych::edge {

/// `{"channel":...,"to":...,"state":...,"position":...,"lag":...,"since_start":{...}}`
void write_channel(json::writer& to, outbox::channel_status const& of);

/// `{"stream":...,"version":...,"type":...,"why":...,"behind":...}`
void write_letter(json::writer& to, outbox::letter_status const& one);

}  // namespace diptych::edge
