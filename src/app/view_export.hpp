/// @file
/// Finding a view's file in a log's folder, for those who only read it.
#pragma once

#include "sqlite/location.hpp"

#include <diptych/error.hpp>

#include <filesystem>
#include <string_view>

namespace diptych::app {

/// The file of a view's version, the one that is served if `id` is empty. Looks at the folder
/// alone: nothing is opened or locked, and another process may be at work in it.
///
/// Fails with not_found, saying what there is; invalid, if several files are there and none is
/// known to be served; or with what reading the folder failed with.
result<sqlite::location> view_file_in(
    std::filesystem::path const& data, std::string_view view, std::string_view id
);

}  // namespace diptych::app
