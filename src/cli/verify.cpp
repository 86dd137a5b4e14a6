#include "app/folder_check.hpp"
#include "cli/commands.hpp"
#include "cli/progress.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

#include <optional>

namespace diptych::cli {

namespace {

void add_error(json::writer& to, error const& what) {
    to.key("error").begin_object().member("code", what.code).member("message", what.message);
    for (auto const& [name, value] : what.facts) to.raw_member(name, value);
    to.end_object();
}

void add_log(json::writer& to, result<log::verification> const& found) {
    to.key("log").begin_object();
    if (found) {
        to.member("end", to_string(found->end)).member("events", found->events);
        to.member("frames", found->frames).member("chain", log::to_hex(found->chain));
    } else {
        add_error(to, found.error());
    }
    to.end_object();
}

void add_view(json::writer& to, app::checked_view const& one) {
    to.begin_object().member("file", one.file).member("view", one.view);
    if (one.found) {
        auto const& found = *one.found;
        to.member("at", to_string(found.at)).member("compared", !one.view.empty());
        to.member("rows", found.rows).member("different", found.different);
        if (found.parking.is_diverged)
            to.member("diverged", true).member("dead_letters", found.parking.parked);
        to.key("differences").begin_array();
        for (auto const& each : found.differences) {
            to.begin_object().member("table", each.table);
            to.raw_member("expected", each.expected.empty() ? "null" : each.expected);
            to.raw_member("found", each.found.empty() ? "null" : each.found).end_object();
        }
        to.end_array();
    } else {
        add_error(to, one.found.error());
    }
    to.end_object();
}

void print_json(bool log_only, app::folder_check const& found) {
    json::writer out;
    out.begin_object();
    add_log(out, found.log);
    auto const is_all_checked = found.log && !log_only;
    out.key("not_checked").begin_array();
    if (!is_all_checked) out.value("index").value("views");
    out.end_array();
    if (is_all_checked && !found.index) out.raw_member("index", "null");
    if (found.index) {
        out.key("index").begin_object();
        if (*found.index) {
            out.member("at", (*found.index)->at.value).member("answers", (*found.index)->answers);
        } else {
            add_error(out, found.index->error());
        }
        out.end_object();
    }
    out.key("views").begin_array();
    for (auto const& one : found.views) add_view(out, one);
    out.end_array().key("unread").begin_array();
    for (auto const& why : found.unread) out.value(why);
    fmt::print("{}\n", out.end_array().end_object().text());
}

void print_view(app::checked_view const& one) {
    if (!one.found) {
        fmt::print("view:  WRONG  {}\n", one.found.error().message);
        return;
    }
    auto const& found = *one.found;
    if (one.view.empty()) {
        fmt::print(
            "view:  {}: at {} of this log; not compared, no view file says how it is made\n",
            one.file,
            to_string(found.at)
        );
        return;
    }
    if (found.parking.is_diverged) {
        fmt::print(
            "view:  {}: diverged, {} events are parked; {} of {} rows at {} are not as the log "
            "makes them\n",
            one.file,
            found.parking.parked,
            found.different,
            found.rows,
            to_string(found.at)
        );
        return;
    }
    if (found.different == 0) {
        fmt::print(
            "view:  {}: {} rows at {}, as the log makes them\n",
            one.file,
            found.rows,
            to_string(found.at)
        );
        return;
    }
    fmt::print(
        "view:  WRONG  {}: {} of {} rows at {} differ\n",
        one.file,
        found.different,
        found.rows,
        to_string(found.at)
    );
    for (auto const& each : found.differences) {
        fmt::print("         {}\n", each.table);
        fmt::print("           expected {}\n", each.expected.empty() ? "none" : each.expected);
        fmt::print("           found    {}\n", each.found.empty() ? "none" : each.found);
    }
}

void print_text(std::string const& folder, bool log_only, app::folder_check const& found) {
    if (!found.log) {
        fmt::print("log:   WRONG  {}\n", found.log.error().message);
        if (!log_only) fmt::print("index and views were not compared with a damaged log\n");
        return;
    }
    fmt::print(
        "log:   {}: {} events in {} frames, all whole; end {}, chain {}\n",
        folder,
        found.log->events,
        found.log->frames,
        to_string(found.log->end),
        log::to_hex(found.log->chain)
    );
    if (log_only) return;
    if (!found.index)
        fmt::print("index: none\n");
    else if (*found.index)
        fmt::print(
            "index: as the log makes it, up to position {}; {} answers\n",
            (*found.index)->at.value,
            (*found.index)->answers
        );
    else
        fmt::print("index: WRONG  {}\n", found.index->error().message);
    for (auto const& one : found.views) print_view(one);
    for (auto const& why : found.unread) fmt::print("not understood: {}\n", why);
}

}  // namespace

result<void> verify(verify_options const& how) {
    DIPTYCH_TRY(auto const folder, folder_of({.data = how.data}));
    auto const checked = [&] {
        std::optional<progress_bar> bar;
        return app::check_folder({
            .folder = folder,
            .views = how.views,
            .log_only = how.log_only,
            .differences_max = how.differences,
            .progress = drawn_in(bar),
        });
    }();
    DIPTYCH_TRY(auto const found, checked);
    if (how.json)
        print_json(how.log_only, found);
    else
        print_text(folder.string(), how.log_only, found);
    if (auto wrong = found.fault()) return std::unexpected(*std::move(wrong));
    return {};
}

}  // namespace diptych::cli
