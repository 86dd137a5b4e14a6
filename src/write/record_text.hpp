/// @file
/// What all records of a process have in common as JSON.
#pragma once

#include <diptych/clock.hpp>
#include <diptych/error.hpp>
#include <diptych/event.hpp>
#include <diptych/json_value.hpp>
#include <diptych/json_writer.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace diptych::write {

/// An object that is open, with the instance in it where the stream does not say it.
json::writer begin_record(std::string_view process, std::string_view instance);

/// Fails with corrupt, naming the record.
result<json::document> document_of(recorded_event const& event);
std::unexpected<error> unreadable(recorded_event const& event, std::string_view why);

std::int64_t microseconds_of(timestamp when);
std::optional<timestamp> time_in(json::value const& object, std::string_view name);

}  // namespace diptych::write
