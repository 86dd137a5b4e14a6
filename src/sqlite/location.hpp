/// @file
/// Where a database is: its file, and the disk that the file is on.
#pragma once

#include "storage/disk.hpp"

#include <concepts>
#include <filesystem>
#include <string>
#include <utility>

namespace diptych::sqlite {

class disk_vfs;

/// A path is one on the machine's disk.
struct location {
    template <std::convertible_to<std::filesystem::path> Path>
    location(Path&& file, disk_vfs const* on = nullptr)  // NOLINT(*-explicit-*): a path is one
        : path(std::forward<Path>(file)), vfs(on) {}

    storage::disk& disk() const;  ///< The machine's, or the one that was handed in.
    std::string string() const { return path.string(); }

    std::filesystem::path path;
    disk_vfs const* vfs = nullptr;  ///< Null: the machine's disk. Outlives what is opened on it.
};

}  // namespace diptych::sqlite
