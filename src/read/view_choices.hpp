/// @file
/// Which version of each view is served, remembered in `views/versions.json`.
///
/// A switch is this file's renaming. What it says is a choice, not a fact about rows: without it
/// the view files decide, and nothing is lost but that.
#pragma once

#include "storage/disk.hpp"

#include <diptych/error.hpp>

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace diptych::read {

/// Of one view. Versions are named by their ids, see view_version.hpp; empty: none.
struct view_choice {
    std::string served = {};
    std::string before = {};    ///< Served before that one: what `back` goes to.
    std::string building = {};  ///< Served next, when it has caught up.
    std::string offered = {};  ///< The version that the view's file had when it was last looked at.
    bool is_part = false;      ///< `served` has taken part in commits.

    bool operator==(view_choice const&) const = default;
};

/// Thread-safe. Keeps a reference: the disk must outlive it.
class view_choices {
public:
    view_choices(storage::disk& on, std::filesystem::path const& folder);

    /// Reads the file, if there is one. Fails with corrupt if it is damaged, invalid if it is of a
    /// newer program, or with what reading it failed with.
    result<void> load();

    std::optional<view_choice> of(std::string_view view) const;

    /// Durable when it returns. After a failure the choice is as before, as far as this process is
    /// concerned; the file may have either.
    result<void> keep(std::string_view view, view_choice const& what);

    /// What the file says, for those who only look.
    static result<std::map<std::string, view_choice, std::less<>>> read(
        storage::disk& on, std::filesystem::path const& folder
    );

private:
    storage::disk& on_;
    std::filesystem::path path_;
    mutable std::mutex mutex_;
    std::map<std::string, view_choice, std::less<>> all_;  // guarded
};

}  // namespace diptych::read
