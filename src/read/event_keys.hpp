/// @file
/// What an event is about: events that share a key stay in order when a view parks one of them.
#pragma once

#include "read/event_input.hpp"
#include "read/view_definition.hpp"

#include <diptych/error.hpp>
#include <diptych/event.hpp>

#include <span>
#include <string>
#include <vector>

namespace diptych::read {

using event_keys = std::vector<std::string>;

/// Its home stream and its tags, each once: where there is no `@key`.
event_keys stream_and_tags(recorded_event const& event);

/// `order=o1` for each field that it has, and one for each element of a field that is an array;
/// its home stream if it has none of them. Fails with corrupt if its data is no JSON.
result<event_keys> keys_of_fields(event_input& of, std::span<key_field const> fields);

/// How the keys are found, as a text to compare: empty for stream_and_tags().
std::string key_rule(std::span<key_field const> fields);

}  // namespace diptych::read
