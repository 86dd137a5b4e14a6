/// @file
/// Checking a log's folder: the log itself, and what is derived from it against it.
#pragma once

#include "log/segments/index_check.hpp"
#include "log/sequenced_log.hpp"
#include "read/view_check.hpp"

#include <diptych/error.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::app {

/// A file of a view, and how it came out.
struct checked_view {
    std::string file;
    std::string view = {
    };  ///< Empty: no view file says how it is made; only its place was checked.
    result<read::view_comparison> found;

    /// What is wrong with it: it could not be compared, or has other rows.
    std::optional<error> fault() const;
};

/// What a check has found. What was not asked for, or could not be asked because the log is
/// damaged, is not there.
struct folder_check {
    result<log::verification> log;
    std::optional<result<log::segments::index_comparison>> index = {};  ///< Not there: no index.
    std::vector<checked_view> views = {};
    std::vector<std::filesystem::path> view_files = {};  ///< What says how views are made.
    std::vector<std::string> unread = {};                ///< Why a view file was not understood.

    /// The first thing that is wrong: the log, the index, a view, a view's file (invalid).
    std::optional<error> fault() const;
};

struct folder_check_options {
    std::filesystem::path folder;
    std::filesystem::path views = {};  ///< A view file or a folder of them, besides the log's own.
    bool log_only = false;
    bool nobody_writes = false;  ///< The caller has seen to it.
    std::size_t differences_max = 10;
    std::function<void(std::string_view what, std::uint64_t done, std::uint64_t of)> progress = {};
};

/// Checks it, also beside a process that writes; changes nothing. Views are built once more in a
/// temporary folder. Blocking.
///
/// What is wrong is in the result. Fails if the folder can not be opened to read: not_found,
/// denied, corrupt.
result<folder_check> check_folder(folder_check_options const& how);

}  // namespace diptych::app
