#include "app/node.hpp"
#include "app/view_test.hpp"

#include <diptych/testing.hpp>
#include <diptych/testing_views.hpp>
#include <diptych/try.hpp>

#include <fstream>
#include <sstream>

namespace diptych::testing {

namespace {

result<read::source> read_view_file(std::filesystem::path const& file) {
    std::ifstream const in{file, std::ios::binary};
    std::ostringstream text;
    if (!in || !(text << in.rdbuf()))
        return fail(errc::not_found, "view_file", file.string() + " can not be read");
    return read::source{.file = file.filename().string(), .text = std::move(text).str()};
}

}  // namespace

result<views_report> test_views(
    std::filesystem::path const& file_or_folder, std::vector<model::context const*> const& contexts
) {
    app::known_to_views known;
    for (auto const* const one : contexts)
        known.events.insert(known.events.end(), one->events.begin(), one->events.end());
    views_report all;
    DIPTYCH_TRY(auto const files, app::view_files_of(file_or_folder));
    for (auto const& file : files) {
        DIPTYCH_TRY(auto const text, read_view_file(file));
        DIPTYCH_TRY(auto const one, app::test_view(text, known));
        ++all.files;
        all.cases += one.cases;
        for (auto const& what : one.errors) all.faults.push_back(what.message);
        for (auto const& failed : one.failed) {
            all.faults.push_back(one.file + ": test '" + failed.name + "' failed: " + failed.ways);
            all.faults.insert(
                all.faults.end(), failed.differences.begin(), failed.differences.end()
            );
        }
        all.warnings.insert(all.warnings.end(), one.warnings.begin(), one.warnings.end());
    }
    return all;
}

views_report expect_views(
    std::filesystem::path const& file_or_folder, std::vector<model::context const*> const& contexts
) {
    auto report = test_views(file_or_folder, contexts).or_throw();
    if (report.faults.empty()) return report;
    std::string text;
    for (auto const& one : report.faults) text += (text.empty() ? "" : "\n") + one;
    throw scenario_failed(text);
}

}  // namespace diptych::testing
