/// @file
/// What the program says of view files: check, test and explain.
#pragma once

#include "cli/place.hpp"

#include <diptych/error.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace diptych::cli {

struct view_files_options {
    std::vector<std::string> files = {};  ///< View files, or folders of them.
    std::string data = {};                ///< A log whose event types are known; empty: none.
    bool json = false;
};

/// Prints all that is wrong with the files. Fails with invalid, code "view_file", if anything is.
result<void> view_check(view_files_options const& how);

/// As above, and runs the tests in the files. Fails with failed, code "view_test", if one fails.
result<void> view_test(view_files_options const& how);

}  // namespace diptych::cli
