#include "routes.hpp"

#include "requests.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

namespace shop {

namespace {

namespace http = diptych::http;
namespace json = diptych::json;
using diptych::application;
using diptych::execute_options;
using diptych::outcome;
using diptych::result;
using diptych::token;

http::response message(int status, std::string_view text) {
    json::writer out;
    out.begin_object().member("message", text).end_object();
    return http::json(status, std::move(out).text());
}

// Goes into a path or a query as it is, or as %XX.
std::string percent_encoded(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    constexpr std::string_view plain = "-._~";
    std::string out;
    for (auto const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        auto const letter = static_cast<unsigned char>(byte | 0x20);
        if ((byte >= '0' && byte <= '9') || (letter >= 'a' && letter <= 'z') ||
            plain.find(c) != std::string_view::npos)
            out += c;
        else
            out += {'%', digits[byte >> 4], digits[byte & 15]};
    }
    return out;
}

execute_options options_of(http::request const& asked) {
    return {
        .command_id = std::string{asked.header("Idempotency-Key").value_or("")},
        .caller = asked.caller,
        .traceparent = std::string{asked.header("traceparent").value_or("")},
    };
}

// An acknowledgement and where to look, and nothing else.
http::response accepted(int status, token const& at, std::string_view location) {
    json::writer out;
    out.begin_object().member("token", to_string(at)).end_object();
    auto answer = http::json(status, std::move(out).text());
    answer.headers.add("Location", std::string{location});
    return answer;
}

http::response refused(outcome const& no) {
    auto const status = no.reason == "batch_exists" ? 409 : 400;
    return message(status, no.detail.empty() ? no.reason : no.detail);
}

http::response post_add_batch(application& app, http::request const& asked) {
    auto const batch = read_add_batch(asked.body);
    if (!batch) return message(400, batch.error().message);
    auto const answer = app.execute(*batch, options_of(asked));
    if (!answer) return http::problem(answer.error());
    if (!answer->accepted()) return refused(*answer);
    return accepted(
        201,
        answer->at,
        "/views/stock?batchref=eq." + percent_encoded(batch->batch.value) +
            "&at_least=" + to_string(answer->at)
    );
}

http::response post_allocate(application& app, http::request const& asked) {
    auto const line = read_allocate(asked.body);
    if (!line) return message(400, line.error().message);
    auto const answer = app.execute(*line, options_of(asked));
    if (!answer) return http::problem(answer.error());
    if (!answer->accepted()) return refused(*answer);
    return accepted(202, answer->at, "/allocations/" + percent_encoded(line->order.value));
}

// The rows of all pages.
result<std::string> all_rows(
    application& app, std::string const& view, http::pairs const& parameters
) {
    std::string rows;
    std::string cursor;
    do {
        auto asked = parameters;
        if (!cursor.empty()) asked.emplace_back("cursor", cursor);
        DIPTYCH_TRY(auto const page, app.view(view).query(asked));
        if (rows.empty()) {
            rows = page.rows;
        } else if (page.rows != "[]") {
            rows.back() = ',';
            rows += std::string_view{page.rows}.substr(1);
        }
        cursor = page.next_cursor;
    } while (!cursor.empty());
    return rows;
}

http::response get_allocations(application& app, http::request const& asked) {
    auto const of_order = "eq." + std::string{asked.parameter("orderid")};
    auto const lines =
        all_rows(app, "allocations", {{"order_id", of_order}, {"select", "sku,batchref"}});
    if (!lines) return http::problem(lines.error());
    if (*lines != "[]") return http::json(200, *lines);

    // Nothing is allocated; whether the order is known, another view says once it is up to date.
    auto const known =
        app.view("order_lines")
            .query(
                {{"order_id", of_order}, {"limit", "1"}, {"at_least", to_string(app.log().end())}}
            );
    if (!known) return http::problem(known.error());
    if (known->rows != "[]") return http::json(200, "[]");
    return message(404, "There is no order " + std::string{asked.parameter("orderid")});
}

}  // namespace

void add_routes(application& app) {
    auto const with_app = [&app](auto answer) {
        return [&app, answer](http::request const& asked) { return answer(app, asked); };
    };
    app.route("POST", "/add_batch", with_app(post_add_batch));
    app.route("POST", "/allocate", with_app(post_allocate));
    app.route("GET", "/allocations/{orderid}", with_app(get_allocations));
}

}  // namespace shop
