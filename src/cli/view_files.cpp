#include "cli/view_files.hpp"

#include "app/node.hpp"
#include "cli/input.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

#include <filesystem>

namespace diptych::cli {

namespace {

using report_function =
    result<app::view_report> (*)(read::source const&, app::known_to_views const&);

result<std::vector<std::filesystem::path>> all_files(std::vector<std::string> const& named) {
    std::vector<std::filesystem::path> files;
    for (auto const& one : named) {
        DIPTYCH_TRY(auto const found, app::view_files_of(one));
        files.insert(files.end(), found.begin(), found.end());
    }
    return files;
}

result<std::vector<app::view_report>> reports_of(
    view_files_options const& how, report_function report
) {
    DIPTYCH_TRY(auto const log, open_log(how.data));
    DIPTYCH_TRY(auto const files, all_files(how.files));
    std::vector<app::view_report> all;
    for (auto const& file : files) {
        DIPTYCH_TRY(auto text, read_input(file.string()));
        DIPTYCH_TRY(auto one, report({.file = file.string(), .text = std::move(text)}, log.known));
        all.push_back(std::move(one));
    }
    return all;
}

void print_json(std::vector<app::view_report> const& all) {
    json::writer out;
    out.begin_object().key("files").begin_array();
    for (auto const& one : all) {
        out.begin_object().member("file", one.file).member("view", one.view);
        if (!one.version.empty()) out.member("version", one.version);
        out.key("errors").begin_array();
        for (auto const& what : one.errors) {
            out.begin_object().member("code", what.code).member("message", what.message);
            for (auto const& [name, value] : what.facts) out.raw_member(name, value);
            out.end_object();
        }
        out.end_array().key("warnings").begin_array();
        for (auto const& warning : one.warnings) out.value(warning);
        out.end_array().member("tests", std::uint64_t{one.cases});
        out.key("failed").begin_array();
        for (auto const& failed : one.failed) {
            out.begin_object().member("test", failed.name).member("ways", failed.ways);
            out.key("differences").begin_array();
            for (auto const& line : failed.differences) out.value(line);
            out.end_array().end_object();
        }
        out.end_array().end_object();
    }
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

result<void> look_at_files(view_files_options const& how, report_function report, bool with_tests) {
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
    made.known.is_recorded = [log = &made.app->log()](std::string_view type) -> result<bool> {
        diptych::read_options const one{
            .what = {.items = {{.types = {std::string{type}}}}}, .limit = 1
        };
        DIPTYCH_TRY(auto const found, log->read(one));
        return !found.empty();
    };
    return made;
}

result<void> view_check(view_files_options const& how) {
    return look_at_files(how, app::check_view, false);
}

result<void> view_test(view_files_options const& how) {
    return look_at_files(how, app::test_view, true);
}

}  // namespace diptych::cli
