/// @file
/// Dead letters are tried again, or dropped.
///
/// In one transaction, in the order of the log, and never one before another that it waits for.
/// What was parked behind an event that is applied or dropped is tried in its turn; what fails then
/// stays, and what waits for it waits for it from then on.
#pragma once

#include "read/parking.hpp"

#include <optional>

namespace diptych::read {

/// What came of it.
struct parking_outcome {
    std::uint64_t applied = 0;  ///< Events that are in the rows now.
    std::uint64_t dropped = 0;
    std::uint64_t failed = 0;  ///< Events on which the view has failed (again).
    std::uint64_t parked = 0;  ///< Dead letters that are left.
};

/// Tries one, or all. One that fails again is no failure of this.
///
/// Fails with not_found if there is no such dead letter, with invalid if it waits for another one,
/// or with what reading the log or the database failed with: all is as before then.
result<parking_outcome> retry_parked(
    view_database& into,
    projection& with,
    log::sequenced_log const& from,
    clock& time,
    std::optional<position> only
);

/// Drops one, and tries those that waited for it alone; or drops all and tries none. Fails as
/// above, but never because it waits.
result<parking_outcome> drop_parked(
    view_database& into,
    projection& with,
    log::sequenced_log const& from,
    clock& time,
    std::optional<position> only
);

}  // namespace diptych::read
