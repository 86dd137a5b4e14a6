/// @file
/// Which files of a view there are, and which of them is served, for those who only look.
#pragma once

#include "sqlite/location.hpp"
#include "storage/disk.hpp"

#include <diptych/error.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::read {

/// The ids of the versions that the folder `views` has files of, sorted. Fails as listing does.
result<std::vector<std::string>> ids_in(
    storage::disk& on, std::filesystem::path const& views, std::string_view view
);

/// The file of a view's version, the one that is served if `id` is empty. Looks at the folder
/// alone: nothing is opened or locked, and another process may be at work in it.
///
/// Fails with not_found, saying what there is; invalid, if several files are there and none is
/// known to be served; or with what reading the folder failed with.
result<sqlite::location> view_file_in(
    std::filesystem::path const& data, std::string_view view, std::string_view id
);

}  // namespace diptych::read
