/// @file
/// A folder that appears under its name when it is complete, and not before.
#pragma once

#include "log/segments/folder.hpp"

#include <diptych/error.hpp>

#include <filesystem>
#include <utility>

namespace diptych::app {

/// "copy/" and "copy" are the same folder.
std::filesystem::path without_slash(std::filesystem::path const& folder);

/// Whether nothing is there, or an empty folder. Fails with denied.
result<bool> is_free_place(std::filesystem::path const& folder);

/// Made as `<name>.partial` beside where it shall be. Locked: two of them for one place are
/// refused. If it is not finished it stays, and the next one begins by removing what is in it.
class unfinished_folder {
public:
    /// Fails with invalid (code foreign_folder) if another program's files bear that name,
    /// unavailable (locked) if somebody is at it, denied.
    static result<unfinished_folder> begin(std::filesystem::path const& to);

    log::segments::folder const& in() const { return in_; }

    /// Gives it its name. What is in it must be durable.
    result<void> finish();

private:
    unfinished_folder(std::filesystem::path to, log::segments::folder in, storage::file_lock lock)
        : to_(std::move(to)), in_(std::move(in)), lock_(std::move(lock)) {}

    std::filesystem::path to_;
    log::segments::folder in_;
    storage::file_lock lock_;
};

/// Copies the `*.sql` in the folder of views, durably, and removes those that are no longer there.
result<void> copy_view_files(
    std::filesystem::path const& from_log, std::filesystem::path const& to_log
);

}  // namespace diptych::app
