/// @file
/// Which events a view parks: those that it fails on, and all behind them that share a key with one
/// that is parked, so that what belongs together is applied in order or not at all.
///
/// How the keys of an event are found says projection::keys_of(). While nothing is parked this
/// costs nothing; else it is one look into an index for each key of an event that the view wants.
#pragma once

#include "log/sequenced_log.hpp"
#include "read/dead_letters.hpp"
#include "read/projection.hpp"
#include "read/view_database.hpp"

#include <diptych/clock.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace diptych::read {

/// An event of the log, and the frame that keeps it.
struct held_event {
    log::frame_ptr frame;
    recorded_event const* event;
};

/// Fails with not_found if there is none at the position.
result<held_event> event_at(log::sequenced_log const& log, position at);

/// Not thread-safe. Keeps references: all it is made of must outlive it.
class parking {
public:
    parking(
        view_database& into,
        projection& with,
        log::sequenced_log const& from,
        clock& time,
        std::size_t parked_max
    )
        : into_(into),
          with_(with),
          from_(from),
          time_(time),
          parked_max_(parked_max),
          letters_(into.connection()) {}

    /// Called first inside of each transaction. If keys are found otherwise than they were, those
    /// of all that is parked are found again.
    result<void> begin();

    bool has_any() const { return into_.parking_now().parked > 0; }

    /// Parks the event if it shares a key with one that is parked; whether it did. Fails with
    /// failed, code "dead_letters_full", if there is no room for one more.
    result<bool> park_if_behind(recorded_event const& event);

    /// Parks an event that the view fails on. Fails as above.
    result<void> park(recorded_event const& event, error const& why, int attempts);

    /// The dead letter that an event with these keys at this position waits for: one that the view
    /// has failed on. `key` is what they share.
    struct wait {
        position behind;
        std::string key;
        position nearest;  ///< What has that key.
    };
    result<std::optional<wait>> waits_for(event_keys const& keys, position at);

    dead_letters& letters() { return letters_; }

private:
    result<event_keys> keys_of(recorded_event const& event);
    result<void> add(recorded_event const& event, event_keys const& keys, dead_letter one);

    view_database& into_;
    projection& with_;
    log::sequenced_log const& from_;
    clock& time_;
    std::size_t parked_max_;
    dead_letters letters_;
};

/// What a dead letter says that waits.
std::string parked_behind(parking::wait const& first);

/// Parks the event behind the checkpoint, on which the view fails with `why`, and moves the
/// checkpoint over it. Fails with failed, code "dead_letters_full", or with what reading the log or
/// the database failed with.
result<void> park_next(
    view_database& into,
    projection& with,
    log::sequenced_log const& from,
    clock& time,
    error const& why,
    int attempts,
    std::size_t parked_max
);

}  // namespace diptych::read
