#include "routes.hpp"

#include "history_query.hpp"
#include "order_json.hpp"

#include <diptych/clock.hpp>
#include <diptych/json_value.hpp>
#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <string>
#include <utility>

namespace history {

namespace {

namespace http = diptych::http;
namespace json = diptych::json;
using diptych::application;
using diptych::result;

result<http::response> find_history(application& app, http::request const& asked) {
    DIPTYCH_TRY(auto const query, read_history_query(asked, diptych::system_clock().now()));
    DIPTYCH_TRY(auto const page, app.view("order_history").query(query.parameters));
    DIPTYCH_TRY(auto const rows, json::parse(page.rows));
    json::writer out;
    out.begin_object().key("orders").begin_array();
    for (auto const row : rows.root().elements()) write_order(out, row);
    out.end_array();
    if (!page.next_cursor.empty()) out.member("startKey", start_key_of(query, page.next_cursor));
    out.end_object();
    return http::json(200, std::move(out).text());
}

// A consistent read: all that was recorded before it was asked for is in it.
result<http::response> find_order(application& app, http::request const& asked) {
    auto const id = std::string(asked.parameter("order_id"));
    DIPTYCH_TRY(
        auto const page,
        app.view("order_history")
            .query({{"order_id", "eq." + id}, {"at_least", to_string(app.log().end())}})
    );
    DIPTYCH_TRY(auto const rows, json::parse(page.rows));
    if (rows.root().size() == 0)
        return diptych::fail(diptych::errc::not_found, "there is no order '" + id + "'");
    json::writer out;
    write_whole_order(out, *rows.root().at("0"));
    return http::json(200, std::move(out).text());
}

}  // namespace

void add_routes(application& app) {
    app.route("GET", "/orders", [&app](http::request const& asked) {
        auto const answer = find_history(app, asked);
        return answer ? *answer : http::problem(answer.error());
    });
    app.route("GET", "/orders/{order_id}", [&app](http::request const& asked) {
        auto const answer = find_order(app, asked);
        return answer ? *answer : http::problem(answer.error());
    });
}

}  // namespace history
