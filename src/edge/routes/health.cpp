// GET /health and /health/live
#include "edge/routes/routes.hpp"
#include "edge/view_status_json.hpp"

#include <diptych/json_writer.hpp>

#include <algorithm>

namespace diptych::edge {

namespace {

/// Ready: commands are taken (or this node is there for reading only) and every view is served.
http::response health(site_parts& parts, bool in_detail) {
    auto& log = parts.of.log;
    auto const views = parts.of.views.status();
    auto const detached = log.detached_views();
    bool const served = std::ranges::none_of(views, [](auto const& one) {
        return one.state == read::view_state::failed;
    });
    bool const ready = served && detached.empty();

    json::writer body;
    body.begin_object().member("status", ready ? "ready" : "not_ready");
    if (in_detail) {
        auto const writable = log.writable();
        auto const lost = parts.of.views.lost_history();
        body.key("log")
            .begin_object()
            .member("end", to_string(log.end()))
            .member("writable", writable.has_value());
        if (!writable) body.member("read_only_reason", writable.error().message);
        if (lost) body.member("lost_history", lost->message);
        body.end_object().key("detached_views").begin_array();
        for (auto const& one : detached) body.value(one);
        body.end_array().key("views");
        write_view_status(body, views);
    }
    body.end_object();
    auto answer = http::json(ready ? 200 : 503, std::move(body).text());
    answer.headers.add("Cache-Control", "no-store");
    return answer;
}

}  // namespace

std::vector<http::route> health_routes(site_parts& parts) {
    return {
        {.method = "GET",
         .pattern = "/health",
         .answer =
             [&parts](http::request const& asked) {
                 // Probes carry no token; they get the word and nothing else.
                 return health(parts, !parts.needs_token || asked.caller != "anonymous");
             },
         .summary = "Whether this node is ready, and how its parts are"},
        {.method = "GET",
         .pattern = "/health/live",
         .handle = [](http::request const&,
                      http::responder to) { to.answer(http::json(200, R"({"status":"live"})")); },
         .summary = "Whether this node answers at all"}
    };
}

}  // namespace diptych::edge
