/// @file
/// A copy of a log that is kept up to date by pieces of it, as they come: for replicas.
///
/// What is in it is a log at any moment, also after a crash: each frame is checked before the mark
/// moves behind it that readers of the folder go by. It is nobody's home: who opens it to write
/// begins a new epoch.
#pragma once

#include "log/segments/folder.hpp"
#include "log/segments/segment.hpp"
#include "log/segments/watermark.hpp"
#include "log/stored.hpp"
#include "storage/disk.hpp"

#include <diptych/error.hpp>

#include <cstdint>
#include <memory>
#include <optional>

namespace diptych::log::segments {

/// Passive; one thread's. Holds the writer's lock of the folder. Keeps a reference: the disk must
/// outlive it.
class kept_copy {
public:
    /// Opens an earlier copy of this log, or makes one in a folder that is missing or empty.
    /// Blocking.
    ///
    /// Fails with invalid (foreign_folder) if the folder holds anything else, conflict
    /// (not_a_copy) if it is a log that is written to, unavailable (locked), denied, or corrupt,
    /// naming the place, if it is damaged.
    static result<std::unique_ptr<kept_copy>> open(
        storage::disk& on, folder const& in, uuid const& log_id
    );

    /// Where the next piece has to begin.
    stored_place wanted() const { return wanted_; }

    /// Adds a piece that was asked for with wanted(). Durable when it returns. Whether that was all
    /// there is.
    ///
    /// Fails with conflict (other_history) if it is of another log; corrupt if what came is
    /// damaged: wanted() is then back where the damage begins; or with what writing failed with.
    result<bool> take(stored_piece const& piece);

private:
    kept_copy(storage::disk& on, folder in, uuid const& log_id)
        : on_(on), in_(std::move(in)), log_id_(log_id) {}

    result<void> load();
    result<void> cut_unsynced();
    result<void> begin_segment(stored_piece const& piece);
    result<void> show();
    result<void> check_whole(stored_piece const& piece) const;

    storage::disk& on_;
    folder const in_;
    uuid const log_id_;
    storage::file_lock lock_;
    std::optional<watermark> mark_;
    std::unique_ptr<segment> last_;  // null: there is none yet
    stored_place wanted_;
};

}  // namespace diptych::log::segments
