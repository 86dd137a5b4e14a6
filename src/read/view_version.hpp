/// @file
/// The version of a view is the hash of its meaning; each version has a file of its own.
///
/// A changed view gets a new file, built from the first event before it is served, and the old file
/// stays where it is: comparing the two and switching between them belongs here when it comes.
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

/// `<name>.<version>.db`
std::filesystem::path file_of(
    std::filesystem::path const& directory, std::string_view name, std::string_view version
);

}  // namespace diptych::read
