/// @file
/// Tests of view files against the contexts of a program: that they fit, and the tests that stand
/// in them (`@given`, `@expect`; docs/reference/view-file.md).
///
///     diptych::testing::expect_views<shop::context>("views/");
///
/// One line in a test program, linked with the whole library. No log is needed.
#pragma once

#include <diptych/context.hpp>
#include <diptych/error.hpp>
#include <diptych/model.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace diptych::testing {

/// What there is to say about the view files of a folder.
struct views_report {
    std::size_t files = 0;
    std::size_t cases = 0;                 ///< Tests in the files, each run in several ways.
    std::vector<std::string> faults = {};  ///< What is wrong, each with its place; empty: nothing.
    std::vector<std::string> warnings = {};
};

/// Checks a view file, or every `*.sql` of a folder, and runs the tests in them: each with the view
/// inline, async, built again, and restarted in the middle. Blocking; needs a temporary folder.
///
/// Fails with not_found, or with what the machine failed with. Faults of the files are no failure.
result<views_report> test_views(
    std::filesystem::path const& file_or_folder, std::vector<model::context const*> const& contexts
);

/// As above, but throws scenario_failed, its text all faults, if there are any.
views_report expect_views(
    std::filesystem::path const& file_or_folder, std::vector<model::context const*> const& contexts
);

/// The same for views over the events of these contexts.
template <class... Context>
views_report expect_views(std::filesystem::path const& file_or_folder) {
    return expect_views(file_or_folder, {&context_model<Context>()...});
}

}  // namespace diptych::testing
