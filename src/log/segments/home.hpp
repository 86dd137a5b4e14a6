/// @file
/// Whether a folder is where its log has been written so far, or a copy.
///
/// HOME names itself: it holds what tells it from every other file, which no copy of it can have.
/// So a folder that was copied is noticed by the next who opens it to write, and goes on as a line
/// of history of its own. It is another file after each start of a writer: one that was written
/// before that and is put back, even in place, names a file that is gone. What was copied and put
/// back without a start in between is not noticed by this. docs/decisions/0012 says why.
#pragma once

#include "log/segments/folder.hpp"
#include "log/segments/recovery.hpp"

#include <diptych/clock.hpp>

#include <span>

namespace diptych::log::segments {

enum class home {
    here,     ///< This is where the log was written.
    copy,     ///< It was written elsewhere.
    unknown,  ///< Nothing says so: a new log, or one from before HOME was written.
};

/// What HOME says. Nothing is touched. Damage counts as a copy: the worse assumption.
result<home> look_for_home(storage::disk& on, folder const& in);

/// Whether it is nobody's home, as make_homeless() leaves it, and no writer has opened it since.
result<bool> is_backup(storage::disk& on, folder const& in);

/// From now on this folder is the log's home.
result<void> make_home(storage::disk& on, folder const& in);

/// As make_home, at each start of a writer; a full disk keeps no log from being opened, and then
/// the next start is soon enough.
result<void> renew_home(storage::disk& on, folder const& in);

/// As in a backup: whoever writes to it has made a copy.
result<void> make_homeless(storage::disk& on, folder const& in);

/// Before a writer recovers the log: begins a new epoch if the folder is a copy. Does nothing while
/// a checkpoint says that something is lost, for then nothing is written. Whether it has begun one.
result<bool> settle(
    storage::disk& on,
    folder const& in,
    uuid const& log_id,
    std::span<checkpoint const> checkpoints,
    random_source& random
);

}  // namespace diptych::log::segments
