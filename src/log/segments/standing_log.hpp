/// @file
/// A log as it stands in its folder, whoever writes to it or does not any more: what to copy.
///
/// The watermark is no measure of that. After a power cut it is as old as the kernel left it, and
/// says nothing of what was acknowledged since.
#pragma once

#include "log/segments/folder.hpp"
#include "log/segments/recovery.hpp"
#include "log/segments/segment_list.hpp"

#include <span>

namespace diptych::log::segments {

/// Its segments form one line. What it holds stays as it is, also while a process writes.
struct standing_log {
    inspection found;
    log_end end;
    segment_list list;  ///< Up to `end`.

    token end_token() const;
};

/// Finds the last whole frame, as a writer that recovers the log would, and makes it durable if
/// nothing says that it is: what was acknowledged before is in it. Blocking; writes nothing.
///
/// Fails with not_found if there is no log in the folder, invalid if it is another program's,
/// corrupt, naming the place, if anything but the end of the last segment is damaged, or
/// (acknowledged_loss) if a mark or what was derived from the log, `covered`, lies beyond it.
result<standing_log> look_at_log(
    storage::disk& on, folder const& in, std::span<checkpoint const> covered = {}
);

}  // namespace diptych::log::segments
