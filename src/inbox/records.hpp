/// @file
/// What the inbox records about messages that wait: docs/reference/inbox.md.
///
/// `$inbox_held`, `$inbox_released`, `$inbox_dropped` and `$inbox_failed` stand in the stream
/// `$inbox-<source>`; what waits is their fold. `$inbox_skipped` stands in the home stream, in the
/// place of the message that was dropped.
#pragma once

#include "inbox/message.hpp"

#include <diptych/error.hpp>
#include <diptych/event.hpp>
#include <diptych/json_value.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::inbox {

inline constexpr std::string_view held_type = "$inbox_held";
inline constexpr std::string_view released_type = "$inbox_released";
inline constexpr std::string_view dropped_type = "$inbox_dropped";
inline constexpr std::string_view failed_type = "$inbox_failed";
inline constexpr std::string_view skipped_type = "$inbox_skipped";

event_data held_record(source const& of, message const& what, std::string_view why);
event_data released_record(source const& of, std::vector<std::string> const& message_ids);
event_data dropped_record(source const& of, std::string_view message_id);
event_data failed_record(source const& of, std::string_view message_id, std::string_view why);
event_data skipped_record(source const& of, message const& what);

/// The message of a `$inbox_held`. Fails with corrupt if it is none that can be read.
result<message> read_held(source const& of, recorded_event const& event);

/// The ids that a record names. Fails with corrupt.
result<std::vector<std::string>> read_message_ids(recorded_event const& event);

/// Why a `$inbox_failed` was given up on.
std::string read_why(recorded_event const& event);

/// What an event says of the message that has passed, or was skipped, with it.
struct passing {
    std::uint64_t version = 0;  ///< Of the source; 0 if it says none.
    bool is_in_order = false;   ///< None before it in its stream has a higher one.
};

/// Nothing if it is no message of this source. Its id is the proof: anybody can write such
/// metadata.
passing passing_of(recorded_event const& event, source const& of);

}  // namespace diptych::inbox
