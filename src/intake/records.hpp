/// @file
/// What an incoming channel records: its dead letters. docs/reference/incoming-channels.md.
///
/// `$intake_parked`, `$intake_released` and `$intake_dropped` in `$intake-<name>`; the letters that
/// there are, are their fold. A letter's number is the version of its record in that stream.
#pragma once

#include "intake/declaration.hpp"
#include "intake/delivery.hpp"

#include <diptych/clock.hpp>
#include <diptych/error.hpp>
#include <diptych/event.hpp>
#include <diptych/position.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace diptych::intake {

inline constexpr std::string_view letter_parked_type = "$intake_parked";
inline constexpr std::string_view letter_released_type = "$intake_released";
inline constexpr std::string_view letter_dropped_type = "$intake_dropped";

/// A message that was given up on, without what it says: that stays in the log.
struct letter {
    std::string message_id = {};
    std::string type = {};
    int attempts = 0;
    std::string why = {};
    timestamp since = {};
    std::size_t body_hash = 0;  ///< Of this program's: two of one id may say different things.
    bool is_cut = false;        ///< Not all of the message is kept: it is not tried again.
    bool goes_on = false;       ///< It is being tried again.
};

using letters = std::map<version, letter>;  ///< By number.

std::size_t hash_of_body(std::string_view body);

event_data letter_parked_record(declaration const& of, letter const& what, delivery const& message);
event_data letter_released_record(declaration const& of, version number);
event_data letter_dropped_record(declaration const& of, version number);

/// Changes `all` by a record. Fails with corrupt (code "channel_record"), as the next one.
result<void> fold_letter(letters& all, recorded_event const& record);

/// For people: what is no UTF-8 has a '?' for each of its bytes.
std::string readable(std::string_view bytes);

/// The message of a `$intake_parked`, as it came.
result<delivery> read_parked(recorded_event const& record);

}  // namespace diptych::intake
