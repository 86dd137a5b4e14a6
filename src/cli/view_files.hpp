/// @file
/// What the program says of view files: check, test and explain.
#pragma once

#include "app/view_test.hpp"
#include "cli/place.hpp"

#include <diptych/application.hpp>
#include <diptych/error.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace diptych::cli {

struct view_files_options {
    std::vector<std::string> files = {};  ///< View files, or folders of them.
    /// A log whose event types are known, or a server, whose contexts' events are, too; for tests
    /// only a log. Empty: neither.
    place where = {};
    bool json = false;
};

/// Prints all that is wrong with the files. Fails with invalid, code "view_file", if anything is.
result<void> view_check(view_files_options const& how);

/// As above, and runs the tests in the files. Fails with failed, code "view_test", if one fails.
result<void> view_test(view_files_options const& how);

struct view_explain_options {
    std::string file = {};
    std::string data = {};  ///< A log to measure on; empty: only plans.
    std::uint64_t events = 20'000;
    bool json = false;
};

/// Prints what is done for each event, and with a log what it costs. Fails with the first
/// error of the file.
result<void> view_explain(view_explain_options const& how);

/// A log beside whoever writes to it, and what it knows of events.
struct opened_log {
    std::unique_ptr<application> app = {};  ///< Null without a folder.
    app::known_to_views known = {};
};

/// Fails as opening an application does.
result<opened_log> open_log(std::string const& folder);

}  // namespace diptych::cli
