#include "app/view_explain.hpp"

#include "app/temporary_folder.hpp"
#include "read/query_plan.hpp"
#include "read/statement_set.hpp"
#include "read/view_plan.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <string_view>
#include <utility>

namespace diptych::app {

namespace {

// SQLite's words, in ours.
std::string in_words(read::plan_step const& step) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 9> words{{
        {"SEARCH ", "looks up "},
        {"SCAN CONSTANT ROW", "takes a row of its own"},
        {"SCAN ", "goes through "},
        {" USING INTEGER PRIMARY KEY", " by row"},
        {" USING PRIMARY KEY", " by key"},
        {" USING COVERING INDEX ", " by index "},
        {" USING INDEX ", " by index "},
        {"USE TEMP B-TREE FOR ", "sorts for "},
        {" VIRTUAL TABLE", ""},
    }};
    auto text = step.text;
    for (auto const& [theirs, ours] : words)
        if (auto const at = text.find(theirs); at != text.npos)
            text.replace(at, theirs.size(), ours);
    return std::string(step.depth * 2, ' ') + text;
}

// With the bindings' names where SQLite has numbers, and fewer blanks.
std::string with_names(read::statement_definition const& of) {
    std::string text;
    for (std::size_t i = 0; i < of.origins.size(); ++i) {
        auto const begin = of.origins[i].first;
        auto const end = i + 1 < of.origins.size() ? of.origins[i + 1].first : of.sql.size();
        auto token = of.sql.substr(begin, end - begin);
        if (token.ends_with(' ')) token.pop_back();
        if (token.starts_with('?')) {
            auto const& one = of.bindings[std::stoul(token.substr(1)) - 1];
            token = read::to_string(one);
            if (one.from == read::binding_source::element)
                token.insert(1, of.each[one.level].name + (one.path.empty() ? "" : "."));
        }
        auto const is_joined = text.empty() || text.ends_with('(') || text.ends_with('.') ||
                               token == "," || token == ")" || token == ".";
        text += (is_joined ? "" : " ") + token;
    }
    return text;
}

result<explained_statement> explain(
    sqlite::database const& empty, read::statement_definition const& one
) {
    explained_statement made{.line = one.line, .sql = with_names(one), .may_scan = one.may_scan};
    for (auto const& through : one.each) {
        made.each += made.each.empty() ? ":" : ", :";
        std::string path = through.in ? one.each[*through.in].name : "";
        for (auto const& part : through.path) path += (path.empty() ? "" : ".") + part;
        made.each += path;
    }
    DIPTYCH_TRY(auto const steps, read::query_plan(empty, one.sql));
    for (auto const& step : steps) made.plan.push_back(in_words(step));
    return made;
}

struct sum {
    std::uint64_t events = 0;
    std::chrono::nanoseconds time{};
};

result<void> measure(
    read::view_plan const& plan,
    event_log const& of,
    std::uint64_t events_max,
    view_explanation& into
) {
    using clock = std::chrono::steady_clock;
    DIPTYCH_TRY(auto const folder, temporary_folder::make());
    DIPTYCH_TRY(auto const scratch, sqlite::database::open(folder.path() / "view.db"));
    DIPTYCH_TRY(plan.create(scratch));
    DIPTYCH_TRY(auto const with, plan.project(scratch));
    std::map<std::string, sum, std::less<>> sums;
    read_options from{.limit = 1'000};
    for (auto at_end = false; !at_end && !into.stopped && into.events < events_max;) {
        DIPTYCH_TRY(auto const page, of.read(from));
        DIPTYCH_TRY(auto rows, sqlite::transaction::begin(scratch));
        for (auto const& event : page) {
            if (into.events == events_max) break;
            ++into.events;
            if (!with->wants(event.type)) continue;
            auto const begin = clock::now();
            auto const done = with->apply(event);
            auto& all = sums[std::string{event.type}];
            all.time += clock::now() - begin;
            ++all.events;
            if (done) continue;
            into.stopped = done.error();
            break;
        }
        DIPTYCH_TRY(rows.commit());
        from.after = page.seen().position;
        at_end = page.at_end();
    }
    for (auto const& [type, all] : sums) {
        std::chrono::duration<double, std::micro> const time = all.time;
        into.costs.push_back(
            {.type = type,
             .events = all.events,
             .microseconds_each = time.count() / static_cast<double>(all.events)}
        );
    }
    return {};
}

}  // namespace

result<view_explanation> explain_view(
    read::source const& text,
    known_to_views const& known,
    event_log const* of,
    std::uint64_t events_max
) {
    view_explanation made{.report = {.file = text.file}};
    auto const contexts = read::known_events(known.events);
    auto const older = std::make_shared<read::older_shapes const>(known.events);
    DIPTYCH_TRY(
        auto examined,
        read::examine_view(text, {.contexts = contexts, .is_recorded = known.is_recorded}, older)
    );
    made.report.view = examined.name;
    made.report.errors = std::move(examined.errors);
    made.report.warnings = std::move(examined.warnings);
    if (!examined.plan) return made;
    made.report.version = examined.plan->version;
    auto const& definition = *examined.plan->definition;
    DIPTYCH_TRY(auto const empty, read::empty_tables(definition, text));
    for (auto const& on : definition.handlers) {
        auto& handler = made.handlers.emplace_back(explained_handler{.types = on.types});
        for (auto const& one : on.statements) {
            DIPTYCH_TRY(auto statement, explain(empty, one));
            handler.statements.push_back(std::move(statement));
        }
    }
    if (of == nullptr) return made;
    DIPTYCH_TRY(measure(*examined.plan, *of, events_max, made));
    return made;
}

}  // namespace diptych::app
