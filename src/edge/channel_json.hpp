/// @file
/// How a channel is, and what of it is parked, as JSON.
#pragma once

#include "intake/status.hpp"
#include "outbox/status.hpp"

#include <diptych/json_writer.hpp>

namespace diptych::edge {

/// `{"channel":...,"to":...,"state":...,"position":...,"lag":...,"since_start":{...}}`
void write_channel(json::writer& to, outbox::channel_status const& of);

/// As above, with `from`, and how many messages came and what became of them.
void write_incoming(json::writer& to, intake::incoming_status const& of);

/// `{"number":...,"message_id":...,"type":...,"why":...,"body":...}`
void write_incoming_letter(json::writer& to, intake::letter_view const& one);

/// `{"stream":...,"version":...,"type":...,"why":...,"behind":...}`
void write_letter(json::writer& to, outbox::letter_status const& one);

}  // namespace diptych::edge
