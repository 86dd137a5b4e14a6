#include "app/view_explain.hpp"

#include "cli/input.hpp"
#include "cli/view_files.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace diptych::cli {

namespace {

void print_texts(json::writer& out, std::string_view name, std::vector<std::string> const& all) {
    out.key(name).begin_array();
    for (auto const& one : all) out.value(one);
    out.end_array();
}

void print_json(app::view_explanation const& of) {
    json::writer out;
    out.begin_object().member("view", of.report.view).member("version", of.report.version);
    out.key("on").begin_array();
    for (auto const& on : of.handlers) {
        out.begin_object();
        print_texts(out, "types", on.types);
        out.key("statements").begin_array();
        for (auto const& one : on.statements) {
            out.begin_object().member("line", std::uint64_t{one.line}).member("sql", one.sql);
            if (!one.each.empty()) out.member("each", one.each);
            print_texts(out, "plan", one.plan);
            out.member("may_scan", one.may_scan).end_object();
        }
        out.end_array().end_object();
    }
    out.end_array().member("events", of.events).key("costs").begin_array();
    for (auto const& one : of.costs) {
        out.begin_object().member("type", one.type).member("events", one.events);
        out.member("microseconds_each", one.microseconds_each).end_object();
    }
    out.end_array();
    if (of.stopped) out.member("stopped", of.stopped->message);
    print_texts(out, "warnings", of.report.warnings);
    fmt::print("{}\n", out.end_object().text());
}

void print_text(app::view_explanation const& of, bool measured) {
    fmt::print("view {}, version {}\n", of.report.view, of.report.version);
    for (auto const& on : of.handlers) {
        fmt::print("\non {}\n", fmt::join(on.types, ", "));
        for (auto const& one : on.statements) {
            fmt::print("  line {}: {}\n", one.line, one.sql);
            if (!one.each.empty()) fmt::print("    for each element of {}\n", one.each);
            for (auto const& step : one.plan) fmt::print("    {}\n", step);
            if (one.plan.empty()) fmt::print("    looks nothing up\n");
            if (one.may_scan) fmt::print("    may go through a whole table (@scan)\n");
        }
    }
    if (measured) {
        fmt::print("\ncost of {} events, without commits\n", of.events);
        for (auto const& one : of.costs)
            fmt::print(
                "  {}: {} events, {:.1f} us each\n", one.type, one.events, one.microseconds_each
            );
        if (of.stopped) fmt::print("  stopped: {}\n", of.stopped->message);
    }
    if (!of.report.warnings.empty()) fmt::print("\n");
    for (auto const& warning : of.report.warnings) fmt::print("warning: {}\n", warning);
}

}  // namespace

result<void> view_explain(view_explain_options const& how) {
    DIPTYCH_TRY(auto const log, open_log(how.data));
    DIPTYCH_TRY(auto text, read_input(how.file));
    DIPTYCH_TRY(
        auto const found,
        app::explain_view(
            {.file = how.file, .text = std::move(text)},
            log.known,
            log.app ? &log.app->log() : nullptr,
            how.events
        )
    );
    if (!found.report.errors.empty()) return std::unexpected(found.report.errors.front());
    if (how.json)
        print_json(found);
    else
        print_text(found, log.app != nullptr);
    return {};
}

}  // namespace diptych::cli
