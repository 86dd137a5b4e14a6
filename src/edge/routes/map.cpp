// GET /map
#include "app/map/domain_map.hpp"
#include "edge/parameters.hpp"
#include "edge/routes/answer_route.hpp"
#include "edge/routes/routes.hpp"

#include <diptych/try.hpp>

#include <string_view>
#include <utility>

namespace diptych::edge {

namespace {

app::domain_map map_served(services const& of) {
    app::map_sources from{.contexts = of.commands.contexts(), .views = of.views.served()};
    if (of.outbox != nullptr)
        for (auto* const one : of.outbox->all()) from.channels.push_back(one->of());
    if (of.intake != nullptr)
        for (auto* const one : of.intake->all()) from.incoming.push_back(one->of());
    if (of.queue != nullptr) from.outside = of.queue->outside();
    return app::map_of(from);
}

http::response text_of_map(std::string_view type, std::string text) {
    return {.headers = {{"Content-Type", std::string(type)}}, .body = std::move(text)};
}

result<http::response> show_map(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {"format"}));
    auto const format = asked.query_value("format").value_or("json");
    auto const map = map_served(parts.of);
    if (format == "json") return http::json(200, to_text(map, map_format::json));
    if (format == "text")
        return text_of_map("text/plain; charset=utf-8", to_text(map, map_format::text));
    if (format == "mermaid")
        return text_of_map("text/plain; charset=utf-8", to_text(map, map_format::mermaid));
    if (format == "dot")
        return text_of_map("text/vnd.graphviz; charset=utf-8", to_text(map, map_format::dot));
    return wrong_parameter("format", "format is json, text, mermaid or dot");
}

}  // namespace

std::vector<http::route> map_routes(site_parts& parts) {
    return {answer_route(
        parts,
        "GET",
        "/map",
        show_map,
        "Commands, the events they make, and the states, views, processes and channels that take "
        "them"
    )};
}

}  // namespace diptych::edge
