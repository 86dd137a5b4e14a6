/// @file
/// Beginning a new epoch at the end of a log: from there on it is another line of history.
///
/// An epoch begins with a segment. Positions go on; tokens of the epoch before stay valid up to the
/// end it had, and those beyond are of elsewhere.
#pragma once

#include "log/segments/folder.hpp"
#include "log/segments/recovery.hpp"

#include <cstdint>

namespace diptych::log::segments {

/// The number of the epoch after `last`. The step is random, so that two copies of one log that
/// both go on have different ones. Fails with failed if there are no numbers left.
result<epoch> epoch_after(epoch last, std::uint64_t random);

/// Begins the epoch `next`, durably: seals the last segment, or, if it has no events yet and so
/// keeps its name, gives it another header; a log without segments gets its first. What is there
/// already is whole at any moment.
///
/// The tail must have been cut, and nothing may have the log open to write.
result<void> begin_epoch(
    storage::disk& on, folder const& in, uuid const& log_id, inspection const& found, epoch next
);

/// The mark of the end of a log's last segment.
durable_mark mark_of(segment const& last);

}  // namespace diptych::log::segments
