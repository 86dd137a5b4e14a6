// GET /views and GET /views/<name>
#include "edge/parameters.hpp"
#include "edge/routes/routes.hpp"
#include "edge/url.hpp"
#include "edge/view_status_json.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/core.h>

namespace diptych::edge {

namespace {

/// The same query with another cursor.
std::string next_page(http::request const& asked, std::string_view cursor) {
    auto link = fmt::format("</views/{}?", percent_encode(asked.parameter("view")));
    for (auto const& [name, value] : asked.query)
        if (name != "cursor" && name != "at_least")
            link += fmt::format("{}={}&", percent_encode(name), percent_encode(value));
    return link + fmt::format("cursor={}>; rel=\"next\"", percent_encode(cursor));
}

http::response query(read::view_set const& views, http::request const& asked) {
    auto parameters = asked.query;
    std::erase_if(parameters, [](auto const& one) { return one.first == "at_least"; });
    auto found = views.query(asked.parameter("view"), parameters);
    if (!found) return http::problem(found.error());

    auto const etag = '"' + found->etag + '"';
    bool const known = is_known_to_client(asked, etag);
    http::response answer =
        known ? http::response{.status = 304} : http::json(200, std::move(found->rows));
    answer.headers.add("Diptych-Token", to_string(found->at)).add("ETag", etag);
    if (found->next) answer.headers.add("Link", next_page(asked, *found->next));
    return answer;
}

void answer_query(site_parts& parts, http::request asked, http::responder to) {
    auto const least = asked.query_value("at_least");
    if (!least) return to.answer(query(parts.of.views, asked));
    auto const point = parse_token(*least);
    if (!point)
        return to.answer(http::problem(400, "bad_token", "at_least: " + point.error().message));
    auto name = std::string(asked.parameter("view"));
    parts.waits.wait(
        std::move(name),
        *point,
        std::move(asked),
        std::move(to),
        [&parts](http::request const& what, http::responder out) {
            out.answer(query(parts.of.views, what));
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
                         answer_query(parts, std::move(what), std::move(out));
                     }
                 );
             },
         .summary = "Queries a view"}
    };
}

}  // namespace diptych::edge
