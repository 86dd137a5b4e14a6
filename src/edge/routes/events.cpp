// GET /events, as pages or as server-sent events
#include "edge/event_pages.hpp"
#include "edge/parameters.hpp"
#include "edge/routes/answer_route.hpp"
#include "edge/routes/routes.hpp"
#include "edge/url.hpp"
#include "log/point.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/core.h>

namespace diptych::edge {

namespace {

result<query> query_of(http::request const& asked) {
    DIPTYCH_TRY(auto const engine, flag_parameter(asked, "engine"));
    query what{
        .category = std::string(asked.query_value("category").value_or("")), .engine_events = engine
    };
    auto types = list_parameter(asked, "types");
    auto tags = list_parameter(asked, "tags");
    if (!types.empty() || !tags.empty())
        what.items.push_back({.types = std::move(types), .tags = std::move(tags)});
    return what;
}

std::string next_page(http::request const& asked, token const& after) {
    auto link = fmt::format("</events?after={}", to_string(after));
    for (auto const& [name, value] : asked.query)
        if (name != "after") link += fmt::format("&{}={}", name, percent_encode(value));
    return link + ">; rel=\"next\"";
}

result<http::response> read_page(event_log const& log, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(
        asked, {"types", "tags", "category", "after", "limit", "direction", "as_of", "engine"}
    ));
    DIPTYCH_TRY(auto const way, direction_parameter(asked));
    DIPTYCH_TRY(
        auto const limit, number_parameter(asked, {"limit", 1, page_events_max}, page_events)
    );
    DIPTYCH_TRY(auto const up_to, as_of_parameter(asked, log));
    DIPTYCH_TRY(auto const after, log::read_point(asked.query_value("after").value_or("0"), log));
    DIPTYCH_TRY(auto const what, query_of(asked));
    json::writer body;
    body.begin_object().key("events").begin_array();
    DIPTYCH_TRY(
        auto const end,
        write_events(
            body,
            log,
            {.what = what, .after = after.position, .up_to = up_to, .limit = limit, .direction = way
            }
        )
    );
    body.end_array().member("seen", to_string(end.seen)).member("at_end", end.at_end).end_object();
    auto response = http::json(200, std::move(body).text());
    response.headers.add("Diptych-Token", to_string(end.seen));
    if (!end.at_end) {
        bool const back = way == direction::backward;
        response.headers.add("Link", next_page(asked, back ? end.last : end.seen));
    }
    return response;
}

/// Where a reader goes on: after the last id he got, else where he says.
result<token> start_of(event_log const& log, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {"types", "tags", "category", "after", "engine"}));
    auto const last = asked.header("Last-Event-ID");
    return log::read_point(last ? *last : asked.query_value("after").value_or("0"), log);
}

void answer(site_parts& parts, http::request const& asked, http::responder to) {
    bool const wants_stream =
        asked.header("Accept").value_or("").find("text/event-stream") != std::string_view::npos;
    if (!wants_stream) {
        auto page = read_page(parts.of.log, asked);
        return to.answer(page ? *std::move(page) : http::problem(page.error()));
    }
    auto const after = start_of(parts.of.log, asked);
    if (!after) return to.answer(http::problem(after.error()));
    auto const what = query_of(asked);
    if (!what) return to.answer(http::problem(what.error()));
    auto stream = to.open(
        {.headers =
             {{"Content-Type", "text/event-stream"},
              {"Cache-Control", "no-store"},
              {"X-Accel-Buffering", "no"}}}
    );
    if (asked.method != "HEAD") parts.feed.follow(std::move(stream), *what, *after);
}

}  // namespace

std::vector<http::route> event_routes(site_parts& parts) {
    return {later_route(
        parts,
        "GET",
        "/events",
        answer,
        "Reads the log: a page, or with Accept: text/event-stream all that comes"
    )};
}

}  // namespace diptych::edge
