// GET /views and GET /views/<name>
#include "edge/parameters.hpp"
#include "edge/routes/routes.hpp"
#include "edge/url.hpp"
#include "edge/view_status_json.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <string>

namespace diptych::edge {

namespace {

/// The same query for the page behind this one.
std::string next_page(http::request const& asked, read::query_answer const& found) {
    auto link = fmt::format("</views/{}?", percent_encode(asked.parameter("view")));
    for (auto const& [name, value] : asked.query) {
        if (name == "cursor" || name == "at_least" || name == "page") continue;
        // A time may come to mean more events than it did.
        auto const& said = name == "as_of" ? to_string(found.at) : value;
        link += fmt::format("{}={}&", percent_encode(name), percent_encode(said));
    }
    auto const next = found.next ? "cursor=" + percent_encode(*found.next)
                                 : fmt::format("page={}", *found.next_page);
    return link + next + ">; rel=\"next\"";
}

/// `Prefer: count=exact` (RFC 7240); what else is preferred is not understood, and left alone.
read::counting preferred_count(http::request const& asked) {
    auto rest = asked.header("Prefer").value_or("");
    while (!rest.empty()) {
        auto one = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(rest.size(), one.size() + 1));
        while (one.starts_with(' ')) one.remove_prefix(1);
        one = one.substr(0, one.find_first_of("; "));
        if (one == "count=exact") return read::counting::exact;
        if (one == "count=estimated") return read::counting::estimated;
    }
    return read::counting::none;
}

/// `0-24/3573`: which rows these are, of how many; empty if neither is known.
std::string content_range(read::query_answer const& found) {
    auto const is_placed = found.skipped && found.count > 0;
    auto const is_counted = found.total && !found.has_more;
    if (!is_placed && !is_counted) return {};
    auto const rows =
        is_placed ? fmt::format("{}-{}", *found.skipped, *found.skipped + found.count - 1) : "*";
    return rows + '/' + (is_counted ? std::to_string(*found.total) : "*");
}

void add_headers(
    http::response& to,
    http::request const& asked,
    read::query_answer const& found,
    read::counting count
) {
    to.headers.add("Diptych-Token", to_string(found.at));
    if (found.diverged) to.headers.add("Diptych-Diverged", std::to_string(*found.diverged));
    auto const cache = found.cache_seconds == 0 ? std::string{"no-cache"}
                                                : fmt::format("max-age={}", found.cache_seconds);
    to.headers.add("Cache-Control", found.is_private ? "private, " + cache : cache);
    // Nobody keeps it as an answer for others, or of another version.
    auto const* const vary =
        found.is_private ? "Authorization, Diptych-Version" : "Diptych-Version";
    to.headers.add("Vary", vary);
    if (found.next || found.next_page) to.headers.add("Link", next_page(asked, found));
    if (auto const range = content_range(found); !range.empty())
        to.headers.add("Content-Range", range);
    if (found.has_more) to.headers.add("Diptych-More-Than", std::to_string(*found.total));
    if (count == read::counting::none) return;
    auto const is_exact = count == read::counting::exact;
    to.headers.add("Preference-Applied", is_exact ? "count=exact" : "count=estimated");
}

/// Asks the version that `Diptych-Shadow` names the same, and compares.
void ask_shadow(
    site_parts& parts,
    http::request const& asked,
    read::url_query_parameters const& parameters,
    read::query_options how,
    read::query_answer const& found
) {
    auto const shadow = asked.header("Diptych-Shadow");
    if (!shadow) return;
    how.version = *shadow;
    auto const view = asked.parameter("view");
    std::string text;
    for (auto const& [name, value] : asked.query)
        text += fmt::format("{}{}={}", text.empty() ? "" : "&", name, value);
    parts.shadows.compare(view, *shadow, text, found, parts.of.views.query(view, parameters, how));
}

http::response query(site_parts& parts, http::request const& asked, position least) {
    auto const& of = parts.of;
    auto parameters = asked.query;
    std::erase_if(parameters, [](auto const& one) {
        return one.first == "at_least" || one.first == "as_of";
    });
    auto const count = preferred_count(asked);
    read::query_options how{.count = count};
    if (!asked.has_all_rights) how.caller = asked.claims;
    auto const as_of = as_of_parameter(asked, of.log);
    if (!as_of) return http::problem(as_of.error());
    how.as_of = *as_of;
    auto const version = asked.header("Diptych-Version");
    how.version = version.value_or("");
    auto const view = asked.parameter("view");
    auto found = of.views.query(view, parameters, how);
    if (!found) return http::problem(found.error());
    // What was waited for is the version that is served; who answers may be another one.
    if (found->at.position < least)
        return http::problem(
            503,
            "view_behind",
            fmt::format(
                "version {} of view {} shows {}, and nothing later yet; ask again",
                found->version,
                view,
                to_string(found->at)
            )
        );
    ask_shadow(parts, asked, parameters, how, *found);

    auto const etag = '"' + found->etag + '"';
    bool const known = is_known_to_client(asked, etag);
    http::response answer =
        known ? http::response{.status = 304} : http::json(200, std::move(found->rows));
    answer.headers.add("ETag", etag);
    add_headers(answer, asked, *found, count);
    return answer;
}

bool wants_stream(http::request const& asked) {
    return asked.header("Accept").value_or("").find("text/event-stream") != std::string_view::npos;
}

void answer_query(
    site_parts& parts, http::request const& asked, position least, http::responder to
) {
    if (wants_stream(asked)) return parts.live.follow(asked, least, std::move(to));
    to.answer(query(parts, asked, least));
}

void answer_in_time(site_parts& parts, http::request asked, http::responder to) {
    auto const least = asked.query_value("at_least");
    for (auto const* const name : {"Diptych-Version", "Diptych-Shadow"})
        if (wants_stream(asked) && asked.header(name))
            return to.answer(http::problem(
                400,
                "bad_header",
                fmt::format("{}: a live query is one of the version that is served", name)
            ));
    if (asked.query_value("as_of") && (least || wants_stream(asked)))
        return to.answer(http::problem(
            400,
            "bad_parameter",
            "as_of asks for rows as they were: they do not change, and at_least is about those of "
            "today"
        ));
    if (!least) return answer_query(parts, asked, {}, std::move(to));
    auto const point = parse_token(*least);
    if (!point)
        return to.answer(http::problem(400, "bad_token", "at_least: " + point.error().message));
    auto name = std::string(asked.parameter("view"));
    parts.waits.wait(
        std::move(name),
        *point,
        std::move(asked),
        std::move(to),
        [&parts, least = point->position](http::request const& what, http::responder out) {
            answer_query(parts, what, least, std::move(out));
        }
    );
}

http::response list(site_parts& parts) {
    json::writer body;
    write_view_status(body, parts.of.views.status());
    return http::json(200, std::move(body).text());
}

}  // namespace

std::vector<http::route> view_routes(site_parts& parts) {
    return {
        {.method = "GET",
         .pattern = "/views",
         .answer = [&parts](http::request const&) { return list(parts); },
         .summary = "Lists the views and how far they are"},
        {.method = "GET",
         .pattern = "/views/{view}",
         .handle =
             [&parts](http::request asked, http::responder to) {
                 run_or_refuse(
                     parts.pool,
                     parts.server,
                     std::move(asked),
                     std::move(to),
                     [&parts](http::request what, http::responder out) {
                         answer_in_time(parts, std::move(what), std::move(out));
                     }
                 );
             },
         .summary = "Queries a view, or with Accept: text/event-stream follows the rows"}
    };
}

}  // namespace diptych::edge
