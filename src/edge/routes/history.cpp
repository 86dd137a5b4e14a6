// GET /states/<state> and POST /decisions/what-if
#include "app/decision_what_if.hpp"
#include "edge/message_json.hpp"
#include "edge/nearest.hpp"
#include "edge/parameters.hpp"
#include "edge/routes/answer_route.hpp"
#include "edge/routes/routes.hpp"
#include "edge/what_if_body.hpp"
#include "log/point.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/core.h>

#include <limits>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::edge {

namespace {

error unknown_state(write::executor const& commands, std::string_view name, error what) {
    std::vector<std::string> known;
    auto const add = [&known](model::context const& of, model::state const& state) {
        known.push_back(state.name);
        known.push_back(of.name + "." + state.name);
    };
    for (auto const* const context : commands.contexts()) {
        for (auto const& command : context->commands)
            for (auto const& parameter : command.parameters)
                if (parameter.of != nullptr) add(*context, *parameter.of);
        for (auto const& process : context->processes) add(*context, process.state);
    }
    return with_nearest(std::move(what), name, known);
}

// Where the stream of the first id came to a version.
result<std::optional<position>> place_of_version(
    event_log const& log, http::request const& asked, std::vector<std::string> const& ids
) {
    if (!asked.query_value("version")) return std::nullopt;
    if (ids.empty() || asked.query_value("as_of"))
        return wrong_parameter("version", "a version is of the first id, and goes without as_of");
    DIPTYCH_TRY(
        auto const version,
        number_parameter(asked, {"version", 0, std::numeric_limits<std::uint64_t>::max()}, 0)
    );
    if (version == 0) return position{};
    DIPTYCH_TRY(
        auto const page,
        log.read_stream(
            ids.front(), {.from = diptych::version{version}, .limit = 1, .engine_events = true}
        )
    );
    if (page.empty() || page[0].version.value != version)
        return fail(
            errc::not_found,
            "no_such_version",
            fmt::format("{} has no version {}", ids.front(), version)
        );
    return page[0].position;
}

result<http::response> show_state(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {"id", "as_of", "version"}));
    auto const& log = parts.of.log;
    auto const name = asked.parameter("state");
    std::vector<std::string> ids;
    for (auto const& [parameter, value] : asked.query)
        if (parameter == "id") ids.push_back(value);
    // Before a version of a stream is looked for that is none of such a state.
    if (auto const fits = parts.of.commands.state(name, ids, position{}); !fits)
        return std::unexpected(
            fits.error().code == "unknown_state"
                ? unknown_state(parts.of.commands, name, fits.error())
                : fits.error()
        );
    DIPTYCH_TRY(auto up_to, place_of_version(log, asked, ids));
    if (!up_to) {
        DIPTYCH_TRY(up_to, as_of_parameter(asked, log));
    }
    DIPTYCH_TRY(auto const at, log::token_at(up_to.value_or(log.end().position), log));
    DIPTYCH_TRY(auto const value, parts.of.commands.state(name, ids, at.position));
    json::writer body;
    body.begin_object().member("state", name).key("ids").begin_array();
    for (auto const& id : ids) body.value(id);
    body.end_array().member("at", to_string(at)).raw_member("value", value).end_object();
    return http::json(200, std::move(body).text());
}

void write_result(json::writer& to, std::string_view name, app::command_result const& what) {
    to.key(name).begin_object().member("outcome", what.outcome);
    if (!what.code.empty()) to.member("code", what.code);
    if (!what.detail.empty()) to.member("detail", what.detail);
    to.key("events").begin_array();
    for (auto const& one : what.events)
        to.begin_object()
            .member("type", one.type)
            .member("stream", one.stream)
            .raw_member("data", one.data)
            .end_object();
    to.end_array().end_object();
}

std::string_view word_of(app::tipping_event::kind is) {
    switch (is) {
        case app::tipping_event::kind::recorded:
            return "recorded";
        case app::tipping_event::kind::inserted:
            return "inserted";
        case app::tipping_event::kind::left_out:
            return "left_out";
    }
    return "";
}

void write_changed(json::writer& to, app::changed_decision const& one) {
    to.begin_object().key("command");
    write_message(to, one.command);
    to.member("judged_at", one.judged_at.value);
    write_result(to, "was", one.was);
    write_result(to, "would_be", one.would_be);
    if (one.tipped_by)
        to.key("tipped_by")
            .begin_object()
            .member("is", word_of(one.tipped_by->is))
            .member("position", one.tipped_by->at.value)
            .member("type", one.tipped_by->type)
            .member("stream", one.tipped_by->stream)
            .end_object();
    to.end_object();
}

result<http::response> decide_what_if(
    site_parts& parts, http::request const& asked, std::stop_token const& stop
) {
    DIPTYCH_TRY(expect_parameters(asked, {}));
    if (parts.of.messages == nullptr)
        return fail(errc::not_found, "no_message_log", "no messages are looked up here");
    DIPTYCH_TRY(
        auto const what,
        parse_what_if(asked.body.empty() ? std::string_view{"{}"} : asked.body, parts.of.log)
    );
    if (what.text) return wrong_parameter("view", "decisions look at no view");
    DIPTYCH_TRY(
        auto const made,
        app::decide_what_if(
            parts.of.commands,
            *parts.of.messages,
            parts.of.log,
            what.otherwise,
            {.differences_max = what.differences, .stop = stop}
        )
    );
    json::writer body;
    body.begin_object()
        .member("asked", made.asked)
        .member("skipped", made.skipped)
        .member("left_out", made.left_out)
        .member("inserted", made.inserted)
        .member("different", made.different)
        .key("differences")
        .begin_array();
    for (auto const& one : made.differences) write_changed(body, one);
    body.end_array().end_object();
    return http::json(200, std::move(body).text());
}

}  // namespace

std::vector<http::route> history_routes(site_parts& parts) {
    return {
        answer_route(
            parts,
            "GET",
            "/states/{state}",
            show_state,
            "A state that decisions ask for, as it is or was at a version, position or time"
        ),
        replay_route(
            parts,
            parts.replays,
            "POST",
            "/decisions/what-if",
            decide_what_if,
            "Asks commands of the past again, by today's rules and on a changed history"
        )
    };
}

}  // namespace diptych::edge
