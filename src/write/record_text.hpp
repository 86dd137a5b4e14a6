/// @file
/// What the records of processes and of the queue have in common as JSON.
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

/// Fails with corrupt, naming the record.
result<json::document> document_of(recorded_event const& event);
std::unexpected<error> unreadable(recorded_event const& event, std::string_view why);

void write_error(json::writer& to, error const& what);

/// As write_error wrote it.
error error_of(json::value const& written);

std::int64_t microseconds_of(timestamp when);
std::optional<timestamp> time_in(json::value const& object, std::string_view name);

}  // namespace diptych::write
