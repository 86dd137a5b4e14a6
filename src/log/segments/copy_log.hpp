/// @file
/// Copying a log, segment by segment, while its writer goes on.
///
/// Segments only grow at their end, and what lies before the durable end never changes. So a copy
/// is taken by reading up to an end that was looked at once; nothing is locked and nobody waits.
#pragma once

#include "log/segments/folder.hpp"
#include "log/segments/standing_log.hpp"

#include <cstdint>
#include <functional>

namespace diptych::log::segments {

/// What was copied. Segments that were there already are not counted.
struct copied_segments {
    std::uint64_t segments = 0;
    std::uint64_t bytes = 0;
};

/// Told after each piece.
using copy_progress = std::function<void(std::uint64_t done, std::uint64_t of)>;

/// How to copy.
struct copy_options {
    copy_progress progress = {};
    bool check_kept = false;  ///< Reads what `to` has already, too; what is damaged is copied anew.
};

/// Makes `to` hold what `what` holds; a segment that `to` has, whole and alike by its trailer,
/// stays. Each one that is copied is checked, frame by frame and against its trailer, before it
/// gets its name, and they get them in order: what has names is a log at any moment. Durable when
/// it returns. Blocking.
///
/// `to` holds nothing, or an earlier copy of the same line (see check_earlier). Fails with corrupt,
/// naming segment, offset and position, if something to copy is damaged, or any segment's trailer;
/// nothing damaged is copied, and no part of a segment is left.
result<copied_segments> copy_log(
    storage::disk& on, standing_log const& what, folder const& to, copy_options const& how
);

/// Fails with conflict unless what was found in an earlier copy is the beginning of `what`, each of
/// its segments one of the log's.
result<void> check_earlier(
    folder const& copy, inspection const& earlier, standing_log const& what, segment_cache& cache
);

}  // namespace diptych::log::segments
