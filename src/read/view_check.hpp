/// @file
/// Compares a view's file with what the log makes of the view.
#pragma once

#include "log/sequenced_log.hpp"
#include "read/parking_state.hpp"
#include "read/view_plan.hpp"
#include "sqlite/location.hpp"

#include <diptych/clock.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace diptych::read {

/// A row that is not as it should be.
struct row_difference {
    std::string table;
    std::string expected;  ///< As JSON; empty: there should be none.
    std::string found;     ///< As JSON; empty: there is none.
};

/// How a view's file came out.
struct view_comparison {
    token at = {};           ///< How far the file is.
    std::uint64_t rows = 0;  ///< Of all its tables, as they should be.
    std::uint64_t different = 0;
    std::uint64_t parked = 0;    ///< Events that are not in the rows, as those should be.
    parking_state parking = {};  ///< Of the file.
    /// Columns that only one of the two has, "orders.total"; they are not compared. Nor are tables
    /// that only one has, or that have other keys: "orders".
    std::vector<std::string> only_expected = {};
    std::vector<std::string> only_found = {};
    std::vector<row_difference> differences = {};  ///< The first of them, by table and key.
};

/// What a comparison is made with. The scratch folder holds the second copy while it is needed.
struct view_check_options {
    std::filesystem::path scratch;
    std::size_t differences_max = 10;
    std::function<void(position done, position end)> progress = {};
    std::stop_token stop = {};  ///< Ends it: fails with unavailable, code "replay_ended".
};

/// Checks what can be checked of any view's file without knowing the view: that SQLite finds it
/// sound, and that its checkpoint lies on this log. Fails with corrupt, code wrong_view; not_found
/// if it is not there, or has nothing in it; or with what reading it failed with.
result<token> check_view_file(sqlite::location const& file, log::sequenced_log& of);

/// As above, and applies the log to an empty file up to the same event, and compares both row by
/// row. One snapshot of the file is looked at: its projector may go on meanwhile. Blocking.
///
/// What a view with `@park` fails on is parked in the other copy, too, and what waits behind it. In
/// the file some of it may have been applied later, out of the order of the log, or dropped: then
/// there may be differences.
///
/// Differences are no failure. Fails as above, with corrupt also if the file cannot be compared or
/// its tables are others, else with what reading the log or writing the other copy failed with.
result<view_comparison> check_view(
    view_plan const& plan,
    sqlite::location const& file,
    log::sequenced_log& of,
    clock& time,
    view_check_options const& how
);

}  // namespace diptych::read
