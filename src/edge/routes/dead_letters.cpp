// What views have given up on: listed, looked at, retried, dropped.
#include "edge/event_json.hpp"
#include "edge/json_members.hpp"
#include "edge/parameters.hpp"
#include "edge/routes/answer_route.hpp"
#include "edge/routes/routes.hpp"
#include "edge/url.hpp"
#include "read/view_versions.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

namespace diptych::edge {

namespace {

constexpr std::uint64_t letters_default = 100;
constexpr std::uint64_t letters_most = 1000;

result<read::view_versions*> view_with_letters(site_parts& parts, http::request const& asked) {
    return parts.of.views.versions(asked.parameter("view"));
}

std::string version_asked(http::request const& asked) {
    return std::string{asked.query_value("version").value_or("")};
}

result<position> letter_asked(http::request const& asked) {
    auto const text = asked.parameter("position");
    std::uint64_t value = 0;
    auto const read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec == std::errc{} && read.ptr == text.data() + text.size() && value > 0)
        return position{value};
    return fail(
        errc::invalid,
        "bad_position",
        fmt::format("'{}' is no position: a dead letter is known by that of its event", text)
    );
}

void write_letter(json::writer& to, read::dead_letter const& one) {
    to.member("position", one.at.value)
        .member("type", one.type)
        .member("stream", one.stream)
        .member("code", one.code)
        .member("reason", one.reason)
        .member("attempts", one.attempts)
        .member("parked_at", time_text(one.parked_at));
    if (one.behind) to.member("behind", one.behind->value);
}

http::response said(read::parking_outcome const& of) {
    json::writer body;
    body.begin_object()
        .member("applied", of.applied)
        .member("failed", of.failed)
        .member("dropped", of.dropped)
        .member("parked", of.parked)
        .end_object();
    return http::json(200, std::move(body).text());
}

result<http::response> list_letters(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {"after", "limit", "version"}));
    DIPTYCH_TRY(auto const* const view, view_with_letters(parts, asked));
    DIPTYCH_TRY(
        auto const limit, number_parameter(asked, {"limit", 1, letters_most}, letters_default)
    );
    constexpr std::uint64_t last = ~std::uint64_t{0} >> 1;
    DIPTYCH_TRY(auto const after, number_parameter(asked, {"after", 0, last}, 0));
    auto const version = version_asked(asked);
    DIPTYCH_TRY(auto list, view->dead_letters(version, position{after}, limit + 1));
    auto const has_more = list.size() > limit;
    if (has_more) list.pop_back();
    auto const all = view->versions();
    auto const is_it = [&](read::version_status const& one) { return one.id == version; };
    auto const found = std::ranges::find_if(all, is_it);
    auto const& of = found == all.end() ? all.front() : *found;
    json::writer body;
    body.begin_object()
        .member("view", view->name())
        .member("version", of.id)
        .member("parked", of.parking.parked)
        .member("diverged", of.parking.is_diverged)
        .key("dead_letters")
        .begin_array();
    for (auto const& one : list) {
        body.begin_object();
        write_letter(body, one);
        body.end_object();
    }
    body.end_array().end_object();
    auto answer = http::json(200, std::move(body).text());
    if (has_more)
        answer.headers.add(
            "Link",
            fmt::format(
                "</views/{}/dead-letters?after={}&limit={}{}>; rel=\"next\"",
                percent_encode(view->name()),
                list.back().at.value,
                limit,
                version.empty() ? "" : "&version=" + percent_encode(version)
            )
        );
    return answer;
}

result<http::response> show_letter(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {"version"}));
    DIPTYCH_TRY(auto const* const view, view_with_letters(parts, asked));
    DIPTYCH_TRY(auto const at, letter_asked(asked));
    DIPTYCH_TRY(auto const one, view->dead_letter_at(version_asked(asked), at));
    json::writer body;
    body.begin_object();
    write_letter(body, one);
    DIPTYCH_TRY(auto const held, read::event_at(parts.of.log, at));
    write_event(body.key("event"), *held.event);
    body.end_object();
    return http::json(200, std::move(body).text());
}

result<http::response> change_letters(
    site_parts& parts,
    http::request const& asked,
    read::change_of_parked how,
    std::optional<position> only
) {
    DIPTYCH_TRY(expect_parameters(asked, {"version"}));
    DIPTYCH_TRY(auto* const view, view_with_letters(parts, asked));
    DIPTYCH_TRY(auto const done, view->change_dead_letters(version_asked(asked), how, only));
    return said(done);
}

result<http::response> retry_all(site_parts& parts, http::request const& asked) {
    return change_letters(parts, asked, read::change_of_parked::retry, {});
}

result<http::response> retry_one(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(auto const at, letter_asked(asked));
    return change_letters(parts, asked, read::change_of_parked::retry, at);
}

result<http::response> drop_all(site_parts& parts, http::request const& asked) {
    return change_letters(parts, asked, read::change_of_parked::drop, {});
}

result<http::response> drop_one(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(auto const at, letter_asked(asked));
    return change_letters(parts, asked, read::change_of_parked::drop, at);
}

http::route letter_route(
    site_parts& parts,
    std::string_view method,
    std::string_view behind,
    answer_function what,
    std::string_view summary
) {
    return answer_route(
        parts, method, "/views/{view}/dead-letters" + std::string{behind}, what, summary
    );
}

}  // namespace

std::vector<http::route> dead_letter_routes(site_parts& parts) {
    return {
        letter_route(parts, "GET", "", list_letters, "Lists events that a view has parked"),
        letter_route(parts, "GET", "/{position}", show_letter, "A parked event, and why it is"),
        letter_route(parts, "POST", "/retry", retry_all, "Tries all parked events again"),
        letter_route(
            parts,
            "POST",
            "/{position}/retry",
            retry_one,
            "Tries a parked event again, and what waits for it"
        ),
        letter_route(parts, "DELETE", "", drop_all, "Drops all parked events"),
        letter_route(
            parts,
            "DELETE",
            "/{position}",
            drop_one,
            "Drops a parked event, and tries what waits for it"
        )
    };
}

}  // namespace diptych::edge
