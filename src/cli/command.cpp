#include "cli/commands.hpp"
#include "cli/input.hpp"
#include "cli/service.hpp"
#include "edge/url.hpp"

#include <diptych/json_value.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

namespace diptych::cli {

result<void> command(command_options const& how) {
    if (how.where.url.empty())
        return fail(
            errc::invalid,
            "commands are decided by the program that declares them; name its server with --url"
        );
    auto body = how.body;
    if (body == "-") {
        DIPTYCH_TRY(body, read_input(body));
    }
    DIPTYCH_TRY(auto const server, open_service(how.where, need::writing));
    http::request request{
        .method = "POST",
        .path = "/commands/" + edge::percent_encode(how.name),
        .body = std::move(body)
    };
    if (!how.command_id.empty()) request.headers.add("Idempotency-Key", how.command_id);
    if (how.pessimistic) request.headers.add("Diptych-Concurrency", "pessimistic");
    if (!how.if_match.empty()) request.headers.add("If-Match", how.if_match);
    DIPTYCH_TRY(auto const answer, server->ask_well(std::move(request)));
    if (how.json) {
        fmt::print("{}\n", answer.body);
        return {};
    }
    DIPTYCH_TRY(auto const read, json::parse(answer.body));
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
