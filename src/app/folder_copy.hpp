/// @file
/// A folder that is a log's when it is complete, and not before.
#pragma once

#include "log/segments/folder.hpp"

#include <diptych/error.hpp>

#include <filesystem>

namespace diptych::app {

/// What is where a copy shall be.
enum class place {
    free,        ///< Nothing, or an empty folder.
    unfinished,  ///< What a copy has left that was broken off.
    log,
    foreign,
};

/// Touches nothing. Fails as listing a folder does.
result<place> look_at_place(storage::disk& on, log::segments::folder const& in);

/// A folder in which a copy is being made. As long as it is not finished, a file says so and no
/// program takes it for a log; if it is destroyed then, everything is removed that was made. Where
/// a process was killed the next one begins with that. Locked.
class unfinished_folder {
public:
    /// Makes the folder, or takes one that is free or unfinished; removes what an unfinished one
    /// holds. Fails with invalid (code foreign_folder) if there is anything else, unavailable
    /// (locked) if somebody is at it, denied.
    static result<unfinished_folder> begin(storage::disk& on, std::filesystem::path const& to);

    unfinished_folder(unfinished_folder&&) = default;
    unfinished_folder& operator=(unfinished_folder&&) = delete;
    ~unfinished_folder();

    log::segments::folder const& in() const { return in_; }

    /// Makes it the folder of this log, durably: its name, and those of the folders it is in. What
    /// is in it must be durable.
    result<void> finish(uuid const& log_id);

private:
    unfinished_folder(
        storage::disk& on, log::segments::folder in, storage::file_lock lock, bool is_new
    )
        : disk_(&on), in_(std::move(in)), lock_(std::move(lock)), is_new_(is_new) {}

    result<void> clear();
    result<void> abandon();

    storage::disk* disk_;
    log::segments::folder in_;
    storage::file_lock lock_;  // null: finished, or moved from
    bool is_new_;
};

/// Copies the `*.sql` in the folder of views, durably, and removes those that are no longer there.
result<void> copy_view_files(
    storage::disk& on, std::filesystem::path const& from_log, std::filesystem::path const& to_log
);

}  // namespace diptych::app
