/// @file
/// What a writer finds out about the segments before it writes, and what it puts right.
///
/// The tail may be cut only at a frame that nothing valid follows and that no mark or checkpoint
/// covers. Whatever else does not fit is `corrupt`, and nothing is touched.
#pragma once

#include "log/segments/folder.hpp"
#include "log/segments/segment_list.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace diptych::log::segments {

/// Something that was derived from the log, or was told by it, and how far it had come.
struct checkpoint {
    std::string name;  ///< For messages: "index.db", "view allocations".
    diptych::position position;
    hash256 chain;
    std::optional<durable_mark> mark = {};  ///< Where the log tells so itself.
};

/// What the segments hold.
struct inspection {
    std::vector<segment_entry> sealed;  ///< All but the last.
    std::shared_ptr<segment> last;      ///< Null: there is none.
    bool last_is_sealed = false;
    bool tail_is_zero = true;        ///< Nothing but blocks written ahead follow the last frame.
    std::optional<error> loss = {};  ///< A checkpoint lies beyond the end, or on another line.
};

/// The segments as a list to read; the last one open, even if it is sealed.
segment_list list_of(inspection const& found);

/// Reads the segments of a log, up to the last whole frame; the last segment is opened as `last`
/// says. Touches nothing. Another process may write meanwhile, if the checkpoints are older.
///
/// Fails with corrupt, naming position, file and offset.
result<inspection> inspect(
    storage::disk& on,
    folder const& in,
    uuid const& log_id,
    std::span<checkpoint const> checkpoints,
    segment_cache& cache,
    storage::file_mode last = storage::file_mode::read_write
);

/// Cuts the tail, writes the last frame again and syncs file and directory.
result<void> repair(storage::disk& on, folder const& in, inspection const& found);

}  // namespace diptych::log::segments
