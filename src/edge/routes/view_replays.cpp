// What is asked of the whole log, or of all rows: views compared, what they would be, their hash.
#include "edge/parameters.hpp"
#include "edge/routes/answer_route.hpp"
#include "edge/routes/routes.hpp"
#include "edge/what_if_body.hpp"
#include "read/export_rows.hpp"
#include "read/view_versions.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/core.h>

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::edge {

namespace {

// The two sides, by what they are called.
struct sides {
    std::string_view found;
    std::string_view expected;
};

void write_tables(json::writer& to, read::view_comparison const& made, sides const& are) {
    auto const names = [&](std::string_view side, std::vector<std::string> const& all) {
        to.key(fmt::format("only_in_{}", side)).begin_array();
        for (auto const& one : all) to.value(one);
        to.end_array();
    };
    to.member("at", to_string(made.at))
        .member("rows", made.rows)
        .member("different", made.different)
        .member("parked", made.parked);
    names(are.found, made.only_found);
    names(are.expected, made.only_expected);
    to.key("differences").begin_array();
    for (auto const& one : made.differences) {
        to.begin_object().member("table", one.table);
        to.raw_member(are.found, one.found.empty() ? "null" : one.found);
        to.raw_member(are.expected, one.expected.empty() ? "null" : one.expected);
        to.end_object();
    }
    to.end_array();
}

result<http::response> compare(
    site_parts& parts, http::request const& asked, std::stop_token const& stop
) {
    DIPTYCH_TRY(expect_parameters(asked, {"with", "differences"}));
    DIPTYCH_TRY(auto* const view, parts.of.views.versions(asked.parameter("view")));
    DIPTYCH_TRY(
        auto const most,
        number_parameter(asked, {"differences", 0, differences_most}, differences_default)
    );
    auto const with = asked.query_value("with").value_or("rebuilt");
    auto compared = with == "rebuilt"
                        ? view->compare_with_replay({.differences_max = most, .stop = stop})
                        : view->compare(with, most, stop);
    if (!compared) return std::unexpected(compared.error());
    json::writer body;
    body.begin_object().member("served", compared->served).member("with", compared->other);
    write_tables(body, compared->tables, {.found = "served", .expected = "other"});
    body.end_object();
    return http::json(200, std::move(body).text());
}

result<http::response> what_if(
    site_parts& parts, http::request const& asked, std::stop_token const& stop
) {
    DIPTYCH_TRY(expect_parameters(asked, {}));
    DIPTYCH_TRY(auto* const view, parts.of.views.versions(asked.parameter("view")));
    DIPTYCH_TRY(auto what, parse_what_if(asked.body, parts.of.log));
    std::optional<read::source> text;
    if (what.text) text = read::source{.file = "view", .text = *std::move(what.text)};
    DIPTYCH_TRY(
        auto const made, view->what_if(std::move(text), what.otherwise, what.differences, stop)
    );
    json::writer body;
    body.begin_object().member("view", view->name());
    body.member("removed", made.removed).member("inserted", made.inserted);
    write_tables(body, made.rows, {.found = "would_be", .expected = "is"});
    body.end_object();
    return http::json(200, std::move(body).text());
}

result<http::response> hash(
    site_parts& parts, http::request const& asked, std::stop_token const& stop
) {
    DIPTYCH_TRY(expect_parameters(asked, {"version"}));
    DIPTYCH_TRY(auto const* const view, parts.of.views.versions(asked.parameter("view")));
    auto version = view->served();
    if (auto const id = asked.query_value("version")) {
        DIPTYCH_TRY(version, view->find(*id));
    }
    DIPTYCH_TRY(auto const made, read::export_rows(version->file(), {}, stop));
    json::writer body;
    body.begin_object()
        .member("view", view->name())
        .member("version", version->id())
        .member("at", to_string(made.at))
        .member("rows", made.rows)
        .member("sha256", log::to_hex(made.hash))
        .end_object();
    return http::json(200, std::move(body).text());
}

}  // namespace

std::vector<http::route> view_replay_routes(site_parts& parts) {
    return {
        replay_route(
            parts,
            parts.replays,
            "GET",
            "/views/{view}/compare",
            compare,
            "Compares the rows that are served with those of another version, or of a replay"
        ),
        replay_route(
            parts,
            parts.hashes,
            "GET",
            "/views/{view}/hash",
            hash,
            "Tells the hash of a view's rows"
        ),
        replay_route(
            parts,
            parts.replays,
            "POST",
            "/views/{view}/what-if",
            what_if,
            "Compares the rows with what they would be with other events, or another view file"
        )
    };
}

}  // namespace diptych::edge
