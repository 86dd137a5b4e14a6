// GET /streams/<stream>
#include "edge/event_pages.hpp"
#include "edge/parameters.hpp"
#include "edge/routes/answer_route.hpp"
#include "edge/routes/routes.hpp"
#include "edge/url.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/core.h>

#include <limits>

namespace diptych::edge {

namespace {

std::string next_page(http::request const& asked, version from, direction way) {
    auto link =
        fmt::format("</streams/{}?from={}", percent_encode(asked.parameter("stream")), from.value);
    if (way == direction::backward) link += "&direction=backward";
    for (auto const* name : {"limit", "as_of", "engine"})
        if (auto const value = asked.query_value(name))
            link += fmt::format("&{}={}", name, percent_encode(*value));
    return link + ">; rel=\"next\"";
}

/// Where the next page begins; nullopt if there is none.
std::optional<version> after(page_end const& end, direction way) {
    if (end.at_end || end.count == 0) return std::nullopt;
    auto const last = end.last_version;
    if (way == direction::forward) return last + 1;
    return last.value > 1 ? std::optional{last - 1} : std::nullopt;
}

result<http::response> read_stream(site_parts& parts, http::request const& asked) {
    auto& log = parts.of.log;
    auto const stream = asked.parameter("stream");
    DIPTYCH_TRY(expect_parameters(asked, {"from", "limit", "direction", "as_of", "engine"}));
    DIPTYCH_TRY(auto const way, direction_parameter(asked));
    DIPTYCH_TRY(
        auto const limit, number_parameter(asked, {"limit", 1, page_events_max}, page_events)
    );
    DIPTYCH_TRY(
        auto const from,
        number_parameter(
            asked,
            {"from", 0, std::numeric_limits<std::uint64_t>::max()},
            way == direction::forward ? 1 : 0
        )
    );
    DIPTYCH_TRY(auto const up_to, as_of_parameter(asked, log));
    DIPTYCH_TRY(auto const engine, flag_parameter(asked, "engine"));
    DIPTYCH_TRY(auto const at, log.stream_version(stream));
    auto const etag = fmt::format("\"{}\"", at.value);
    if (is_known_to_client(asked, etag))
        return http::response{.status = 304, .headers = {{"ETag", etag}}};

    json::writer body;
    body.begin_object()
        .member("stream", stream)
        .member("version", at.value)
        .key("events")
        .begin_array();
    DIPTYCH_TRY(
        auto const end,
        write_events(
            body,
            log,
            stream,
            {.from = version{from},
             .up_to = up_to,
             .limit = limit,
             .direction = way,
             .engine_events = engine}
        )
    );
    body.end_array().member("seen", to_string(end.seen)).member("at_end", end.at_end).end_object();
    auto response = http::json(200, std::move(body).text());
    response.headers.add("ETag", etag).add("Diptych-Token", to_string(end.seen));
    if (auto const next = after(end, way))
        response.headers.add("Link", next_page(asked, *next, way));
    return response;
}

}  // namespace

std::vector<http::route> stream_routes(site_parts& parts) {
    return {answer_route(
        parts, "GET", "/streams/{stream}", read_stream, "Reads the events of one stream"
    )};
}

}  // namespace diptych::edge
