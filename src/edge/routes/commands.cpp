// POST and GET /commands/<name>
#include "edge/nearest.hpp"
#include "edge/parameters.hpp"
#include "edge/routes/routes.hpp"

#include <diptych/execute.hpp>
#include <diptych/explain.hpp>
#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/core.h>

namespace diptych::edge {

namespace {

std::string header_text(http::request const& asked, std::string_view name) {
    return std::string(asked.header(name).value_or(""));
}

result<execute_options> options_of(http::request const& asked) {
    execute_options options{
        .command_id = header_text(asked, "Idempotency-Key"),
        .caller = asked.caller,
        .user = header_text(asked, "X-User"),
        .reason = header_text(asked, "X-Reason"),
        .correlation_id = header_text(asked, "X-Correlation-Id"),
        .causation_id = header_text(asked, "X-Causation-Id"),
        .traceparent = header_text(asked, "traceparent")
    };
    auto const mode = asked.header("Diptych-Concurrency").value_or("optimistic");
    if (mode == "pessimistic")
        options.mode = concurrency::pessimistic;
    else if (mode != "optimistic")
        return fail(
            errc::invalid,
            "bad_header",
            fmt::format("Diptych-Concurrency is optimistic or pessimistic, not '{}'", mode)
        );
    if (auto const match = asked.header("If-Match")) {
        DIPTYCH_TRY(options.if_match, read_token_header(*match, "If-Match"));
    }
    return options;
}

http::response answer_of(outcome const& said) {
    if (!said.accepted()) {
        std::string quoted;
        json::append_quoted(quoted, said.reason);
        std::vector<std::pair<std::string, std::string>> facts{
            {"outcome", "\"refused\""}, {"reason", quoted}
        };
        if (said.repeated) facts.emplace_back("repeated", "true");
        return http::problem(409, said.reason, said.detail, facts);
    }
    auto response = http::json(said.location.empty() ? 200 : 201, to_json(said));
    response.headers.add("Diptych-Token", to_string(said.at));
    if (!said.location.empty()) response.headers.add("Location", said.location);
    return response;
}

http::response unknown_command(write::executor const& commands, std::string_view name, error what) {
    std::vector<std::string> known;
    for (auto const* one : commands.commands()) {
        known.push_back(one->name);
        known.push_back(one->context + "." + one->name);
    }
    if (auto const close = nearest(name, known); !close.empty()) {
        what.message = fmt::format("there is no command '{}'; the nearest is '{}'", name, close);
        std::string quoted;
        json::append_quoted(quoted, close);
        what.facts.emplace_back("nearest", quoted);
    }
    return http::problem(what);
}

void execute(site_parts& parts, http::request const& asked, http::responder to) {
    auto& commands = parts.of.commands;
    auto const name = asked.parameter("name");
    auto const known = commands.find(name);
    if (!known && known.error().kind == errc::not_found)
        return to.answer(unknown_command(commands, name, known.error()));
    if (!known) return to.answer(http::problem(known.error()));
    auto const options = options_of(asked);
    if (!options) return to.answer(http::problem(options.error()));
    commands.execute_async(
        name,
        asked.body.empty() ? std::string_view{"{}"} : std::string_view{asked.body},
        *options,
        [&parts, command = *known, to = std::move(to)](result<outcome> said) mutable {
            // Perhaps on the commit step's thread, which has better things to do than writing JSON.
            to.answer_later([&parts, command, said = std::move(said)] {
                if (said) return answer_of(*said);
                parts.note("command " + command->name, said.error());
                return http::problem(said.error());
            });
        }
    );
}

http::response explanation(write::executor const& commands, http::request const& asked) {
    auto const name = asked.parameter("name");
    auto const known = commands.find(name);
    if (!known && known.error().kind == errc::not_found)
        return unknown_command(commands, name, known.error());
    if (!known) return http::problem(known.error());
    return {.headers = {{"Content-Type", "text/plain; charset=utf-8"}}, .body = explain(**known)};
}

}  // namespace

std::vector<http::route> command_routes(site_parts& parts) {
    // Deciding reads; the answer then comes from the commit step, so that no thread waits for it.
    return {
        {.method = "POST",
         .pattern = "/commands/{name}",
         .handle =
             [&parts](http::request asked, http::responder to) {
                 run_or_refuse(
                     parts.pool,
                     parts.server,
                     std::move(asked),
                     std::move(to),
                     [&parts](http::request const& what, http::responder answer) {
                         execute(parts, what, std::move(answer));
                     }
                 );
             },
         .summary = "Executes a command"},
        {.method = "GET",
         .pattern = "/commands/{name}",
         .answer = [&parts](http::request const& asked
                   ) { return explanation(parts.of.commands, asked); },
         .summary = "Says what a command looks at, makes and refuses"}
    };
}

}  // namespace diptych::edge
