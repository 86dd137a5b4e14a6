/// @file
/// What led to what: the conversation that a record belongs to, in its metadata.
#pragma once

#include <diptych/clock.hpp>
#include <diptych/event.hpp>
#include <diptych/json_value.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace diptych::write {

struct conversation {
    std::string correlation_id;
    std::string causation_id;
    std::string traceparent;
};

/// Of what follows from `input`: its conversation goes on, and it is the cause.
conversation following(recorded_event const& input);

/// As a record's metadata has it.
conversation conversation_in(recorded_event const& record);
std::string metadata_of(conversation const& about);

/// As above, with the environment that the record was made in.
std::string metadata_of(conversation const& about, timestamp now, std::uint64_t seed);

/// A member of an object; empty if there is none.
std::string text_in(json::value const& object, std::string_view name);

}  // namespace diptych::write
