#include "cli/view_files.hpp"

#include "app/node.hpp"
#include "cli/input.hpp"
#include "cli/view_report.hpp"
#include "edge/view_report_json.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

#include <filesystem>
#include <functional>
#include <utility>

namespace diptych::cli {

namespace {

using report_function = std::function<result<app::view_report>(read::source const&)>;

result<std::vector<std::filesystem::path>> all_files(std::vector<std::string> const& named) {
    std::vector<std::filesystem::path> files;
    for (auto const& one : named) {
        DIPTYCH_TRY(auto const found, app::view_files_of(one));
        files.insert(files.end(), found.begin(), found.end());
    }
    return files;
}

result<std::vector<app::view_report>> reports_of(
    view_files_options const& how, report_function const& report
) {
    DIPTYCH_TRY(auto const files, all_files(how.files));
    std::vector<app::view_report> all;
    for (auto const& file : files) {
        DIPTYCH_TRY(auto text, read_input(file.string()));
        DIPTYCH_TRY(auto one, report({.file = file.string(), .text = std::move(text)}));
        all.push_back(std::move(one));
    }
    return all;
}

void print_json(std::vector<app::view_report> const& all) {
    json::writer out;
    out.begin_object().key("files").begin_array();
    for (auto const& one : all) edge::write_view_report(out, one);
    fmt::print("{}\n", out.end_array().end_object().text());
}

void print_text(app::view_report const& one, bool with_tests) {
    for (auto const& what : one.errors) fmt::print("error: {}\n", what.message);
    if (!with_tests)
        for (auto const& warning : one.warnings) fmt::print("warning: {}\n", warning);
    for (auto const& failed : one.failed) {
        fmt::print("failed: {}: {} ({})\n", one.file, failed.name, failed.ways);
        for (auto const& line : failed.differences) fmt::print("  {}\n", line);
    }
    if (!one.is_good()) return;
    auto const tests = with_tests ? fmt::format(", tests passed: {}", one.cases) : "";
    fmt::print("{}: view {}, version {}{}\n", one.file, one.view, one.version, tests);
}

result<void> look_at_files(
    view_files_options const& how, report_function const& report, bool with_tests
) {
    DIPTYCH_TRY(auto const all, reports_of(how, report));
    if (how.json)
        print_json(all);
    else
        for (auto const& one : all) print_text(one, with_tests);
    std::size_t errors = 0;
    std::size_t failed = 0;
    std::size_t cases = 0;
    for (auto const& one : all) {
        errors += one.errors.size();
        failed += one.failed.size();
        cases += one.cases;
    }
    auto const of = fmt::format("{}{}", all.size(), all.size() == 1 ? " view file" : " view files");
    if (errors > 0)
        return fail(errc::invalid, "view_file", fmt::format("{} wrong in {}", errors, of));
    if (failed > 0)
        return fail(errc::failed, "view_test", fmt::format("{} of {} tests failed", failed, cases));
    return {};
}

}  // namespace

result<opened_log> open_log(std::string const& folder) {
    opened_log made;
    if (folder.empty()) return made;
    made.app = std::make_unique<application>(
        application_options{.data = folder, .read_only = true, .threads = false}
    );
    DIPTYCH_TRY(made.app->start());
    made.known.is_recorded = app::recorded_in(made.app->log());
    return made;
}

result<void> view_check(view_files_options const& how) {
    if (!how.where.url.empty()) {
        DIPTYCH_TRY(auto const server, open_server(how.where));
        auto const report = [&](read::source const& text) { return checked_by(*server, text); };
        return look_at_files(how, report, false);
    }
    DIPTYCH_TRY(auto const log, open_log(how.where.data));
    auto const report = [&](read::source const& text) {
        return app::check_view_text(text, log.known);
    };
    return look_at_files(how, report, false);
}

result<void> view_test(view_files_options const& how) {
    DIPTYCH_TRY(auto const log, open_log(how.where.data));
    auto const report = [&](read::source const& text) { return app::test_view(text, log.known); };
    return look_at_files(how, report, true);
}

}  // namespace diptych::cli
