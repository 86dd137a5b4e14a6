/// @file
/// The version of a view is the hash of its meaning; each version has a file of its own.
///
/// A changed view gets a new file, built from the first event, and the old file stays where it is.
/// So does a view that is built again with the same meaning: a file is named by an id, which is the
/// version, and from the second time on the version and a number: "a1b2c3d4", "a1b2c3d4.2".
#pragma once

#include "read/view_definition.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace diptych::read {

/// Eight hexadecimal digits over tables, indexes, event types, statements and bindings. Comments,
/// blanks, `@serve` but for its search, and inline or async do not count.
std::string version_of(view_definition const& resolved);

/// As above, over any other description of a view's meaning.
std::string version_of(std::string_view meaning);

/// The version in an id.
std::string_view version_in(std::string_view id);

/// The id of the next file of the same version.
std::string next_build(std::string_view id);

/// `<name>.<id>.db`
std::filesystem::path file_of(
    std::filesystem::path const& directory, std::string_view name, std::string_view id
);

/// The id in a file's name; empty if it is no file of this view.
std::string id_in(std::string_view file, std::string_view name);

}  // namespace diptych::read
