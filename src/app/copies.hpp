/// @file
/// Backups of a log's folder, and folders made from them: on the disk that the folder is on.
#pragma once

#include "log/segments/copy_log.hpp"
#include "sqlite/location.hpp"

#include <diptych/clock.hpp>
#include <diptych/error.hpp>
#include <diptych/position.hpp>

#include <cstdint>
#include <filesystem>

namespace diptych::app {

/// What became of a backup.
struct backup_report {
    token end = {};  ///< Of the log when it was looked at: everything up to here is in the copy.
    log::segments::copied_segments copied = {};
    bool went_on = false;  ///< There was an earlier backup, and only what was new was copied.
};

/// Copies log and view files (not their databases: they are derived), also while another process
/// writes, or after one was killed or the power failed: all that was acknowledged before. A backup
/// that is new, in a folder that is missing or empty, is one when all of it is durable; an earlier
/// backup of the same log stays a whole one at every moment, and is gone on with. If it fails
/// nothing half copied is left. Blocking.
///
/// Fails with not_found if `from` has no log; invalid if `to` holds something else; conflict (code
/// not_a_backup) if it is a log that is written to, or (other_history) a backup of another line of
/// history; corrupt, naming the place, if what would be copied is damaged, if header or trailer of
/// any segment is, or one is missing, or (acknowledged_loss) if index or views know of more:
/// nothing has been changed in an earlier backup then but that whole segments were added;
/// unavailable, denied.
result<backup_report> back_up(
    sqlite::location const& from,
    std::filesystem::path const& to,
    log::segments::copy_options const& how
);

/// What became of a restore.
struct restore_report {
    token end = {};  ///< Tokens up to here stay valid.
    diptych::epoch begun{};
    log::segments::copied_segments copied = {};
};

/// Makes the folder `to`, which is missing or empty, from a backup, or from any log. A new epoch
/// begins at its end, so that tokens of events that are not in it are refused. `to` is a log when
/// all of it is durable. If it fails nothing is left. Blocking.
///
/// Fails with not_found if `from` has no log, invalid (code folder_not_empty) if `to` holds
/// anything, corrupt, naming the place, if the backup is damaged; unavailable, denied.
result<restore_report> restore(
    sqlite::location const& from,
    std::filesystem::path const& to,
    random_source& random,
    log::segments::copy_options const& how
);

}  // namespace diptych::app
