/// @file
/// Small files that are read and written as a whole.
#pragma once

#include "storage/disk.hpp"

#include <diptych/error.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace diptych::storage {

/// All of a file. Fails with not_found if there is none, or as file::read does.
result<std::string> read_whole(disk& on, std::filesystem::path const& path);

/// Puts `bytes` in the place of whatever the file held, for good: after a crash there is the old
/// file or the new one. Written under another name (`<path>.tmp`), synced, renamed, and the folder
/// synced. After a failure either may be there.
result<void> write_whole(disk& on, std::filesystem::path const& path, std::string_view bytes);

}  // namespace diptych::storage
