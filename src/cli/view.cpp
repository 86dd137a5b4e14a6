#include "cli/commands.hpp"
#include "cli/service.hpp"
#include "cli/version_line.hpp"
#include "edge/url.hpp"

#include <diptych/json_value.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

#include <chrono>
#include <thread>

namespace diptych::cli {

namespace {

constexpr auto look_for_past = std::chrono::milliseconds{100};

}  // namespace

result<void> view_list(view_options const& how) {
    DIPTYCH_TRY(auto const log, open_service(how.where, need::serving_views));
    DIPTYCH_TRY(auto const answer, log->ask_well({.path = "/views"}));
    if (how.json) {
        fmt::print("{}\n", answer.body);
        return {};
    }
    DIPTYCH_TRY(auto const read, json::parse(answer.body));
    auto const list = read.root().find("views");
    for (auto const view : (list ? *list : read.root()).elements()) {
        auto const part = [&](std::string_view name) {
            auto const member = view.find(name);
            return member ? std::string(
                                member->kind() == json::kind::text ? member->text() : member->raw()
                            )
                          : std::string();
        };
        fmt::print(
            "{}  version {}  at {}  {}\n", part("name"), part("version"), part("at"), part("state")
        );
        if (auto const parked = part("dead_letters"); !parked.empty())
            fmt::print("  diverged: {} events are parked\n", parked);
        if (auto const beside = view.find("beside"))
            for (auto const version : beside->elements()) print_version(version);
        auto const error = view.at("error.detail");
        if (error) fmt::print("  error: {}\n", error->text());
        auto const warnings = view.find("warnings");
        if (!warnings) continue;
        for (auto const warning : warnings->elements())
            fmt::print("  warning: {}\n", warning.text());
    }
    return {};
}

result<void> view_query(view_options const& how) {
    DIPTYCH_TRY(auto const log, open_service(how.where, need::serving_views));
    http::request request{.path = "/views/" + edge::percent_encode(how.name)};
    for (auto const& parameter : how.parameters) {
        auto const equals = parameter.find('=');
        if (equals == std::string::npos)
            return fail(
                errc::invalid, "a parameter is written NAME=VALUE, not \"" + parameter + "\""
            );
        request.query.emplace_back(parameter.substr(0, equals), parameter.substr(equals + 1));
    }
    auto answer = log->ask_well(request);
    // As of an earlier position it is built while it is asked for; a time is one position then.
    while (!answer && answer.error().code == "past_not_built") {
        std::this_thread::sleep_for(look_for_past);  // it may be built for somebody else
        for (auto const& [fact, value] : answer.error().facts)
            for (auto& [name, asked] : request.query)
                if (fact == "as_of" && name == "as_of") asked = value;
        answer = log->ask_well(request);
    }
    if (!answer) return std::unexpected(answer.error());
    if (how.json) {
        fmt::print("{}\n", answer->body);
        return {};
    }
    DIPTYCH_TRY(auto const rows, json::parse(answer->body));
    for (auto const row : rows.root().elements()) fmt::print("{}\n", row.raw());
    return {};
}

}  // namespace diptych::cli
