#include "cli/queue.hpp"

#include "cli/service.hpp"
#include "cli/version_line.hpp"
#include "edge/url.hpp"

#include <diptych/json_value.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace diptych::cli {

namespace {

constexpr std::size_t queue_page = 1'000;

std::string queued_path(queue_options const& how, std::string_view behind = {}) {
    return fmt::format("/queued/{}{}", edge::percent_encode(how.id), behind);
}

// ", not before 2026-03-01T12:00:00Z"
std::string said_if(json::value const& one, std::string_view name, std::string_view said) {
    auto const what = word_of(one, name);
    return what.empty() ? what : fmt::format(", {} {}", said, what);
}

void print_queued(json::value const& one) {
    fmt::print(
        "{}  {}  {}  {}  {}{}{}{}{}{}{}\n",
        word_of(one, "position"),
        word_of(one, "id"),
        word_of(one, "command"),
        word_of(one, "key"),
        word_of(one, "status"),
        said_if(one, "deliver_at", "not before"),
        said_if(one, "expires", "not from"),
        said_if(one, "leased_until", "leased until"),
        said_if(one, "retry_at", "tried again at"),
        one.find("unhandled") ? ", nobody here executes it" : "",
        said_if(one, "behind", "behind")
    );
    auto const why = one.find("error");
    auto const tried = word_of(one, "attempts");
    if (why && tried.empty())
        fmt::print("  {}: {}\n", word_of(*why, "code"), word_of(*why, "detail"));
    else if (why)
        fmt::print(
            "  tried {} time{}: {}\n", tried, tried == "1" ? "" : "s", word_of(*why, "detail")
        );
}

result<std::string> ask_queue(queue_options const& how, std::string method, std::string path) {
    DIPTYCH_TRY(auto const server, open_service(how.where, need::serving_views));
    DIPTYCH_TRY(
        auto answer, server->ask_well({.method = std::move(method), .path = std::move(path)})
    );
    return std::move(answer.body);
}

}  // namespace

result<void> queue_list(queue_options const& how) {
    DIPTYCH_TRY(auto const server, open_service(how.where, need::serving_views));
    for (std::string after = "0";;) {
        DIPTYCH_TRY(
            auto const answer,
            server->ask_well(
                {.method = "GET",
                 .path = "/queued",
                 .query =
                     {{"status", how.dead ? "dead" : "waiting"},
                      {"after", after},
                      {"limit", std::to_string(queue_page)}}}
            )
        );
        DIPTYCH_TRY(auto const read, json::parse(answer.body));
        auto const list = read.root().find("commands");
        if (!list) return fail(errc::failed, "not an answer of a server: " + answer.body);
        for (auto const one : list->elements()) {
            after = word_of(one, "position");
            if (how.json)
                fmt::print("{}\n", one.raw());
            else
                print_queued(one);
        }
        if (list->size() == 0) return {};  // a page may have fewer, if they are large
    }
}

result<void> queue_show(queue_options const& how) {
    DIPTYCH_TRY(auto const body, ask_queue(how, "GET", queued_path(how)));
    if (how.json) {
        fmt::print("{}\n", body);
        return {};
    }
    DIPTYCH_TRY(auto const read, json::parse(body));
    print_queued(read.root());
    for (auto const* const name : {"body", "outcome", "deliver_at", "expires"})
        if (auto const value = read.root().find(name)) fmt::print("  {} {}\n", name, value->raw());
    return {};
}

result<void> queue_retry(queue_options const& how) {
    if (how.all != how.id.empty())
        return fail(errc::invalid, "command_line", "give an ID, or --all");
    auto const path = how.all ? std::string("/queued/retry") : queued_path(how, "/retry");
    DIPTYCH_TRY(auto const body, ask_queue(how, "POST", path));
    if (how.json) {
        fmt::print("{}\n", body);
        return {};
    }
    DIPTYCH_TRY(auto const read, json::parse(body));
    auto const count = word_of(read.root(), "commands");
    fmt::print("{} {} tried again\n", count, count == "1" ? "command is" : "commands are");
    return {};
}

result<void> queue_drop(queue_options const& how) {
    DIPTYCH_TRY(ask_queue(how, "DELETE", queued_path(how)));
    if (!how.json) fmt::print("dropped {}\n", how.id);
    return {};
}

}  // namespace diptych::cli
