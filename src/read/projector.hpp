/// @file
/// Carries events from the log into a view's rows, batch by batch.
#pragma once

#include "log/sequenced_log.hpp"
#include "read/projection.hpp"
#include "read/view_database.hpp"

#include <diptych/clock.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace diptych::read {

struct batch_limits {
    std::size_t events_max;
    std::size_t bytes_max;
    std::chrono::microseconds time_max;
    position last{~std::uint64_t{0}};  ///< No event behind it is applied.
    std::size_t parked_max = 10'000;   ///< Events that wait behind parked ones, and those.
};

/// What became of a batch.
struct batch {
    std::size_t events = 0;            ///< How far the checkpoint has moved.
    bool more = false;                 ///< There is more in the log.
    std::optional<error> poison = {};  ///< The view fails on the event behind its checkpoint.
};

/// Applies the next events, starting exactly behind the checkpoint, in one transaction with the new
/// checkpoint. What shares a key with a parked event is parked instead. When the view fails on an
/// event, those before it are kept.
///
/// Fails with what reading the log failed with, with unavailable if the database has no room, or
/// with what the view failed with on an event that it has taken just before.
result<batch> project_batch(
    view_database& into,
    projection& with,
    log::sequenced_log const& from,
    clock& time,
    batch_limits const& limits
);

}  // namespace diptych::read
