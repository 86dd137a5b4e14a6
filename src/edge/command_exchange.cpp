#include "edge/command_exchange.hpp"

#include "edge/nearest.hpp"
#include "edge/parameters.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace diptych::edge {

namespace {

std::string header_text(http::request const& asked, std::string_view name) {
    return std::string(asked.header(name).value_or(""));
}

}  // namespace

result<execute_options> command_options_of(http::request const& asked) {
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

std::string queue_id_of(execute_options const& how) {
    auto const is_of_many = how.caller.starts_with("sub:");
    return is_of_many ? how.caller + "/" + how.command_id : how.command_id;
}

http::response command_answer(outcome const& said) {
    if (!said.accepted()) {
        std::string quoted;
        json::append_quoted(quoted, said.reason);
        std::vector<std::pair<std::string, std::string>> facts{
            {"outcome", "\"refused\""}, {"reason", quoted}
        };
        if (said.refused_by) {
            json::writer by;
            by.begin_object()
                .member("place", said.refused_by->place)
                .member("command", said.refused_by->command)
                .end_object();
            facts.emplace_back("refused_by", std::move(by).text());
        }
        if (said.repeated) facts.emplace_back("repeated", "true");
        return http::problem(409, said.reason, said.detail, facts);
    }
    auto response = http::json(said.location.empty() ? 200 : 201, to_json(said));
    response.headers.add("Diptych-Token", to_string(said.at));
    if (!said.location.empty()) response.headers.add("Location", said.location);
    return response;
}

error unknown_command(services const& of, std::string_view name, error what) {
    if (what.code != "unknown_command") return what;
    auto known = of.queue != nullptr ? of.queue->outside() : std::vector<std::string>{};
    if (std::ranges::find(known, name) != known.end())
        return {
            errc::invalid,
            "only_queued",
            fmt::format("{} is worked on elsewhere: it is queued here, with ?async", name)
        };
    for (auto const* one : of.commands.commands()) {
        known.push_back(one->name);
        known.push_back(one->context + "." + one->name);
    }
    return with_nearest(std::move(what), name, known);
}

}  // namespace diptych::edge
