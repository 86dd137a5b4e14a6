/// @file
/// What a channel records: docs/reference/channels.md.
///
/// How far it is: `$channel_delivered` in `$channel-<name>`, of which the newest counts. Its dead
/// letters: `$channel_parked`, `$channel_resumed`, `$channel_dropped` and `$channel_released` in
/// `$channel_letters-<name>`; those that there are, are their fold.
#pragma once

#include "outbox/declaration.hpp"
#include "outbox/progress.hpp"

#include <diptych/error.hpp>
#include <diptych/event.hpp>

#include <map>
#include <string>
#include <string_view>

namespace diptych::outbox {

inline constexpr std::string_view delivered_type = "$channel_delivered";
inline constexpr std::string_view parked_type = "$channel_parked";
inline constexpr std::string_view resumed_type = "$channel_resumed";
inline constexpr std::string_view dropped_type = "$channel_dropped";
inline constexpr std::string_view released_type = "$channel_released";

/// A stream of which a message was parked, with all that follow it.
struct letter {
    std::string stream;
    diptych::version version;    ///< Of the first one that was not delivered.
    diptych::position position;  ///< Its; this and what follows is empty if it was not refused yet.
    std::string event_id;
    std::string type;
    int attempts = 0;
    std::string why;
    timestamp since = {};
    bool goes_on = false;  ///< They are being delivered, or are to be.

    /// Those before `at` are done with. What is known of the first of them is not of this one.
    void move_to(diptych::version at);
};

using letters = std::map<std::string, letter, std::less<>>;  ///< By stream.

event_data delivered_record(declaration const& of, progress const& what);
event_data parked_record(declaration const& of, letter const& what);
event_data resumed_record(declaration const& of, letter const& what);
event_data dropped_record(declaration const& of, std::string_view stream, version dropped);
event_data released_record(declaration const& of, std::string_view stream);

/// Fails with corrupt (code "channel_record").
result<progress> read_delivered(recorded_event const& record);

/// Changes `all` by a record. Fails with corrupt (code "channel_record").
result<void> fold_letter(letters& all, recorded_event const& record);

}  // namespace diptych::outbox
