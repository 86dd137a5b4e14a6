// POST /view-files/check: what is wrong with a view file, by the events that are known here
#include "app/view_test.hpp"
#include "edge/parameters.hpp"
#include "edge/routes/answer_route.hpp"
#include "edge/routes/routes.hpp"
#include "edge/view_report_json.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <string>
#include <utility>

namespace diptych::edge {

namespace {

app::known_to_views known_here(site_parts const& parts) {
    app::known_to_views known{.is_recorded = app::recorded_in(parts.of.log)};
    for (auto const* const context : parts.of.commands.contexts())
        known.events.insert(known.events.end(), context->events.begin(), context->events.end());
    return known;
}

result<http::response> check_file(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {"file"}));
    read::source const text{
        .file = std::string(asked.query_value("file").value_or("view.sql")), .text = asked.body
    };
    DIPTYCH_TRY(auto const report, app::check_view_text(text, known_here(parts)));
    json::writer body;
    write_view_report(body, report);
    return http::json(200, std::move(body).text());
}

}  // namespace

std::vector<http::route> view_text_check_routes(site_parts& parts) {
    return {answer_route(
        parts, "POST", "/view-files/check", check_file, "Says all that is wrong with a view file"
    )};
}

}  // namespace diptych::edge
