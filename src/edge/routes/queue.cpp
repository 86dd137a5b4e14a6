// What becomes of commands that were queued, and working on them elsewhere.
#include "edge/append_body.hpp"
#include "edge/declared_events.hpp"
#include "edge/json_members.hpp"
#include "edge/parameters.hpp"
#include "edge/queue_json.hpp"
#include "edge/routes/answer_route.hpp"
#include "edge/routes/routes.hpp"
#include "edge/url.hpp"

#include <diptych/json_value.hpp>
#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/core.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace diptych::edge {

namespace {

constexpr std::uint64_t queue_page = 100;
constexpr std::uint64_t queue_page_most = 1'000;

result<http::response> show_queued(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {}));
    DIPTYCH_TRY(auto* const queue, queue_of(parts));
    DIPTYCH_TRY(auto const found, queue->status(asked.parameter("id")));
    return http::json(200, to_json(found));
}

result<http::response> list_queued(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {"status", "after", "limit"}));
    DIPTYCH_TRY(auto* const queue, queue_of(parts));
    auto const status = asked.query_value("status").value_or("waiting");
    if (status != "waiting" && status != "dead")
        return wrong_parameter("status", "status is waiting or dead");
    DIPTYCH_TRY(
        auto const limit, number_parameter(asked, {"limit", 1, queue_page_most}, queue_page)
    );
    constexpr std::uint64_t last = ~std::uint64_t{0} >> 1;
    DIPTYCH_TRY(auto const after, number_parameter(asked, {"after", 0, last}, 0));
    DIPTYCH_TRY(auto const list, queue->list(status == "dead", position{after}, limit));
    auto const counts = queue->counts();
    json::writer body;
    body.begin_object()
        .member("waiting", counts.waiting)
        .member("dead", counts.dead)
        .member("leased", counts.leased)
        .key("commands")
        .begin_array();
    std::size_t bytes = 0;
    for (auto const& one : list) {
        write_queued(body, one);
        bytes += one.body.size();
    }
    body.end_array().end_object();
    auto answer = http::json(200, std::move(body).text());
    if (list.size() == limit || bytes >= write::queue_page_bytes)
        answer.headers.add(
            "Link",
            fmt::format(
                "</queued?status={}&after={}&limit={}>; rel=\"next\"",
                status,
                list.back().at.value,
                limit
            )
        );
    return answer;
}

result<http::response> retry_queued_of(site_parts& parts, std::string_view id) {
    DIPTYCH_TRY(auto* const queue, queue_of(parts));
    DIPTYCH_TRY(auto const count, queue->retry(id));
    json::writer body;
    body.begin_object().member("commands", count).end_object();
    return http::json(202, std::move(body).text());
}

result<http::response> retry_all_queued(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {}));
    return retry_queued_of(parts, "");
}

result<http::response> retry_queued(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {}));
    return retry_queued_of(parts, asked.parameter("id"));
}

result<http::response> drop_queued(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {}));
    DIPTYCH_TRY(auto* const queue, queue_of(parts));
    DIPTYCH_TRY(queue->drop(asked.parameter("id")));
    return http::response{.status = 204};
}

// Commands to work on elsewhere.

result<http::response> receive_commands(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {"limit", "lease_seconds"}));
    DIPTYCH_TRY(auto* const queue, queue_of(parts));
    DIPTYCH_TRY(auto const limit, number_parameter(asked, {"limit", 1, 100}, 1));
    DIPTYCH_TRY(auto const seconds, number_parameter(asked, {"lease_seconds", 1, 43'200}, 30));
    DIPTYCH_TRY(
        auto const list,
        queue->receive(asked.parameter("name"), limit, std::chrono::seconds{seconds})
    );
    json::writer body;
    body.begin_object().key("commands").begin_array();
    for (auto const& one : list) write_leased(body, one);
    body.end_array().end_object();
    auto answer = http::json(200, std::move(body).text());
    answer.headers.add("Cache-Control", "no-store");
    return answer;
}

result<std::string> lease_asked(write::command_queue& queue, http::request const& asked) {
    auto const found = queue.status(asked.parameter("id"));
    if (found && found->command.name != asked.parameter("name"))
        return fail(
            errc::not_found,
            "not_queued",
            fmt::format(
                "command '{}' is a {}, not a {}",
                asked.parameter("id"),
                found->command.name,
                asked.parameter("name")
            )
        );
    if (!found) return std::unexpected(found.error());
    if (auto const lease = asked.query_value("lease")) return std::string(*lease);
    return wrong_parameter("lease", "lease is missing: it came with the command");
}

result<http::response> complete_command(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {"lease"}));
    DIPTYCH_TRY(auto* const queue, queue_of(parts));
    DIPTYCH_TRY(auto const lease, lease_asked(*queue, asked));
    append_request effects;
    if (!asked.body.empty()) {
        DIPTYCH_TRY(effects, parse_append(asked.body));
        DIPTYCH_TRY(check_declared(effects.events, parts.of.commands.contexts()));
    }
    DIPTYCH_TRY(
        auto const said,
        queue->complete(asked.parameter("id"), lease, outcome{}, std::move(effects))
    );
    json::writer body;
    body.begin_object().member("token", to_string(said.at)).end_object();
    return http::json(200, std::move(body).text());
}

result<http::response> refuse_command(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {"lease", "reason", "detail"}));
    DIPTYCH_TRY(auto* const queue, queue_of(parts));
    DIPTYCH_TRY(auto const lease, lease_asked(*queue, asked));
    auto const reason = asked.query_value("reason").value_or("");
    if (reason.empty()) return wrong_parameter("reason", "reason is missing: a word, as sold_out");
    outcome const how{
        .is = outcome::kind::refused,
        .reason = std::string(reason),
        .detail = std::string(asked.query_value("detail").value_or(""))
    };
    DIPTYCH_TRY(auto const said, queue->complete(asked.parameter("id"), lease, how, {}));
    json::writer body;
    body.begin_object().member("token", to_string(said.at)).end_object();
    return http::json(200, std::move(body).text());
}

result<http::response> abandon_command(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {"lease", "reason"}));
    DIPTYCH_TRY(auto* const queue, queue_of(parts));
    DIPTYCH_TRY(auto const lease, lease_asked(*queue, asked));
    auto const reason = asked.query_value("reason").value_or("it was given back");
    DIPTYCH_TRY(queue->abandon(
        asked.parameter("id"), lease, {errc::failed, "abandoned", std::string(reason)}
    ));
    return http::response{.status = 204};
}

result<http::response> renew_lease(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {"lease", "lease_seconds"}));
    DIPTYCH_TRY(auto* const queue, queue_of(parts));
    DIPTYCH_TRY(auto const lease, lease_asked(*queue, asked));
    DIPTYCH_TRY(auto const seconds, number_parameter(asked, {"lease_seconds", 1, 43'200}, 30));
    DIPTYCH_TRY(
        auto const until, queue->renew(asked.parameter("id"), lease, std::chrono::seconds{seconds})
    );
    json::writer body;
    body.begin_object().member("until", time_text(until)).end_object();
    return http::json(200, std::move(body).text());
}

}  // namespace

std::vector<http::route> queue_routes(site_parts& parts) {
    auto const route = [&](auto method, auto pattern, answer_function what, auto summary) {
        return answer_route(parts, method, pattern, what, summary);
    };
    return {
        route("GET", "/queued", list_queued, "Commands that wait to be executed"),
        route("GET", "/queued/{id}", show_queued, "How a queued command is"),
        route("POST", "/queued/retry", retry_all_queued, "Tries all dead commands again"),
        route("POST", "/queued/{id}/retry", retry_queued, "Tries a dead command again"),
        route("DELETE", "/queued/{id}", drop_queued, "Gives a queued command up"),
        route(
            "POST",
            "/queue/{name}/receive",
            receive_commands,
            "Leases commands to work on elsewhere"
        ),
        route("POST", "/queue/{name}/{id}/complete", complete_command, "Says that one is done"),
        route("POST", "/queue/{name}/{id}/refuse", refuse_command, "Says that one is refused"),
        route("POST", "/queue/{name}/{id}/abandon", abandon_command, "Gives a lease back"),
        route("POST", "/queue/{name}/{id}/renew", renew_lease, "Keeps a lease for longer")
    };
}

}  // namespace diptych::edge
