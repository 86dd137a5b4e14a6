// GET /messages and GET /trace/<correlation id>
#include "edge/message_json.hpp"
#include "edge/parameters.hpp"
#include "edge/routes/answer_route.hpp"
#include "edge/routes/routes.hpp"
#include "edge/url.hpp"
#include "log/point.hpp"

#include <diptych/iso8601.hpp>
#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace diptych::edge {

namespace {

using messages::message_kind;

constexpr std::size_t messages_default = 100;

result<std::optional<message_kind>> kind_asked(http::request const& asked) {
    auto const word = asked.query_value("kind").value_or("");
    if (word.empty()) return std::nullopt;
    for (auto const kind : {message_kind::event, message_kind::command, message_kind::record})
        if (word == messages::to_string(kind)) return kind;
    return wrong_parameter("kind", "kind is event, command or record");
}

// As they are on record: docs/reference/message-log.md.
result<std::string> outcome_asked(http::request const& asked) {
    auto word = std::string(asked.query_value("outcome").value_or(""));
    if (word.empty() || word == "accepted" || parse_errc(word)) return word;
    return wrong_parameter(
        "outcome",
        fmt::format(
            "outcome is accepted, refused, invalid, conflict, not_found, denied, unavailable, "
            "outcome_unknown, corrupt or failed, not '{}'",
            word
        )
    );
}

result<messages::message_log*> log_of(site_parts& parts) {
    if (parts.of.messages != nullptr) return parts.of.messages;
    return fail(errc::not_found, "no_message_log", "no messages are looked up here");
}

// What stands before the place that is said.
result<position> before(std::string_view text, event_log const& log) {
    if (text.empty()) return position{};
    if (auto const when = parse_timestamp(text))
        return log.position_at(*when - std::chrono::microseconds(1));
    DIPTYCH_TRY(auto const at, log::read_as_of(text, log, "from"));
    return at.value == 0 ? position{} : at - 1;
}

result<messages::message_filter> filter_asked(site_parts& parts, http::request const& asked) {
    auto const& log = parts.of.log;
    auto const text = [&](std::string_view name) {
        return std::string(asked.query_value(name).value_or(""));
    };
    messages::message_filter what{
        .types = list_parameter(asked, "type"),
        .stream = text("stream"),
        .user = text("user"),
        .correlation = text("correlation")
    };
    DIPTYCH_TRY(what.outcome, outcome_asked(asked));
    DIPTYCH_TRY(what.kind, kind_asked(asked));
    DIPTYCH_TRY(what.engine, flag_parameter(asked, "engine"));
    DIPTYCH_TRY(
        what.limit, number_parameter(asked, {"limit", 1, messages::messages_most}, messages_default)
    );
    DIPTYCH_TRY(auto const after, log::read_point(asked.query_value("after").value_or("0"), log));
    DIPTYCH_TRY(auto const from, before(text("from"), log));
    what.after = std::max(after.position, from);
    if (auto const to = asked.query_value("to")) {
        DIPTYCH_TRY(what.up_to, log::read_as_of(*to, log, "to"));
    }
    return what;
}

std::string next_page(http::request const& asked, position after) {
    auto link = fmt::format("</messages?after={}", after.value);
    for (auto const& [name, value] : asked.query)
        if (name != "after") link += fmt::format("&{}={}", name, percent_encode(value));
    return link + ">; rel=\"next\"";
}

result<http::response> list_messages(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(
        asked,
        {"kind",
         "type",
         "stream",
         "user",
         "correlation",
         "outcome",
         "from",
         "to",
         "after",
         "limit",
         "engine"}
    ));
    DIPTYCH_TRY(auto const what, filter_asked(parts, asked));
    DIPTYCH_TRY(auto* const in, log_of(parts));
    DIPTYCH_TRY(auto const found, in->find(what));
    json::writer body;
    body.begin_object().key("messages").begin_array();
    for (auto const& one : found.messages) write_message(body, one);
    body.end_array().member("seen", found.seen.value).member("at_end", found.at_end).end_object();
    auto answer = http::json(200, std::move(body).text());
    if (!found.at_end) answer.headers.add("Link", next_page(asked, found.seen));
    return answer;
}

http::response plain(std::string_view type, std::string text) {
    return {.headers = {{"Content-Type", std::string(type)}}, .body = std::move(text)};
}

result<http::response> show_trace(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {"format"}));
    auto const format = asked.query_value("format").value_or("json");
    if (format != "json" && format != "text" && format != "mermaid" && format != "dot")
        return wrong_parameter("format", "format is json, text, mermaid or dot");
    DIPTYCH_TRY(auto* const in, log_of(parts));
    DIPTYCH_TRY(auto const found, in->trace_of(asked.parameter("correlation")));
    constexpr std::string_view text = "text/plain; charset=utf-8";
    if (format == "text") return plain(text, to_text(found));
    if (format == "mermaid") return plain(text, to_mermaid(found));
    if (format == "dot") return plain("text/vnd.graphviz; charset=utf-8", to_dot(found));
    return http::json(200, to_json(found));
}

}  // namespace

std::vector<http::route> message_routes(site_parts& parts) {
    return {
        answer_route(
            parts,
            "GET",
            "/messages",
            list_messages,
            "Events, and commands with their outcomes: by type, stream, user, correlation id, time"
        ),
        answer_route(
            parts,
            "GET",
            "/trace/{correlation}",
            show_trace,
            "What followed from what, of one correlation id"
        )
    };
}

}  // namespace diptych::edge
