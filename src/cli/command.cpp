#include "cli/commands.hpp"
#include "cli/input.hpp"
#include "cli/service.hpp"
#include "edge/url.hpp"

#include <diptych/json_value.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

namespace diptych::cli {

namespace {

result<http::request> request_of(command_options const& how) {
    http::request request{.method = "POST"};
    if (how.together.empty()) {
        request.path = "/commands/" + edge::percent_encode(how.name);
        request.body = how.body;
        if (how.body == "-") {
            DIPTYCH_TRY(request.body, read_input(how.body));
        }
    } else {
        request.path = "/commands";
        DIPTYCH_TRY(request.body, read_input(how.together));
    }
    if (!how.command_id.empty()) request.headers.add("Idempotency-Key", how.command_id);
    if (how.pessimistic) request.headers.add("Diptych-Concurrency", "pessimistic");
    if (!how.if_match.empty()) request.headers.add("If-Match", how.if_match);
    return request;
}

/// Of several commands the one that refused, by its place in the array: "/1 (lending.lend): ...".
error placed(error what) {
    for (auto const& [name, value] : what.facts) {
        if (name != "refused_by") continue;
        auto const by = json::parse(value);
        auto const place = by ? by->root().find("place") : std::nullopt;
        auto const command = by ? by->root().find("command") : std::nullopt;
        if (place && command)
            what.message = fmt::format("/{} ({}): {}", place->raw(), command->text(), what.message);
    }
    return what;
}

}  // namespace

result<void> command(command_options const& how) {
    if (how.name.empty() && how.together.empty())
        return fail(errc::invalid, "name a command, or a file of several with --together");
    if (how.where.url.empty())
        return fail(
            errc::invalid,
            "commands are decided by the program that declares them; name its server with --url"
        );
    DIPTYCH_TRY(auto request, request_of(how));
    DIPTYCH_TRY(auto const server, open_service(how.where, need::writing));
    auto const answer = server->ask_well(std::move(request));
    if (!answer) return std::unexpected(placed(answer.error()));
    if (how.json) {
        fmt::print("{}\n", answer->body);
        return {};
    }
    DIPTYCH_TRY(auto const read, json::parse(answer->body));
    auto const token = read.root().find("token");
    fmt::print("accepted {}\n", token ? token->text() : "");
    if (auto const events = read.root().find("events"))
        for (auto const event : events->elements()) {
            auto const text = [&](std::string_view name) {
                auto const member = event.find(name);
                return member ? member->text() : std::string_view{};
            };
            fmt::print("  {}  {}\n", text("type"), text("stream"));
        }
    return {};
}

}  // namespace diptych::cli
