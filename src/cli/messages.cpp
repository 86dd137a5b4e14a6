#include "cli/messages.hpp"

#include "cli/service.hpp"
#include "cli/version_line.hpp"
#include "edge/url.hpp"

#include <diptych/json_value.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <thread>
#include <utility>

namespace diptych::cli {

namespace {

constexpr std::uint64_t messages_page = 500;
constexpr std::chrono::milliseconds ask_again{100};

// A folder keeps its index for the next who asks; beside a server that writes to it, it is made for
// this one question.
result<std::unique_ptr<service>> open_for_questions(place const& where) {
    auto opened = open_service(where, need::writing);
    if (opened || opened.error().code != "locked") return opened;
    return open_service(where, need::reading);
}

// Asks again while it is told that the log has not been looked through yet.
result<http::response> ask_to_the_end(service& log, http::request const& what) {
    for (;;) {
        auto answer = log.ask_well(what, thinking_time::as_long_as_it_takes);
        if (answer || answer.error().code != "messages_behind") return answer;
        std::this_thread::sleep_for(ask_again);  // another may be asking, too
    }
}

http::request messages_request(message_options const& how) {
    http::request request{.method = "GET", .path = "/messages"};
    auto const add = [&](char const* name, std::string const& value) {
        if (!value.empty()) request.query.emplace_back(name, value);
    };
    for (auto const& type : how.types) add("type", type);
    add("kind", how.kind);
    add("stream", how.stream);
    add("user", how.user);
    add("correlation", how.correlation);
    add("outcome", how.outcome);
    add("from", how.from);
    add("to", how.to);
    add("after", how.after);
    if (how.engine) add("engine", "true");
    return request;
}

std::string message_line(json::value const& one) {
    auto const is_command = word_of(one, "kind") == "command";
    auto line = fmt::format(
        "{:>8}  {}  {} {}",
        word_of(one, "position"),
        word_of(one, "recorded_at"),
        word_of(one, "kind"),
        word_of(one, "type")
    );
    if (!is_command) {
        line += fmt::format("  {}@{}", word_of(one, "stream"), word_of(one, "version"));
    } else {
        line += "  " + word_of(one, "outcome");
        if (auto const code = word_of(one, "code"); !code.empty()) line += ": " + code;
    }
    if (auto const user = word_of(one, "user"); !user.empty()) line += "  by " + user;
    return line + "  " + word_of(one, is_command ? "body" : "data");
}

}  // namespace

result<void> list_messages(message_options const& how) {
    DIPTYCH_TRY(auto const log, open_for_questions(how.where));
    auto request = messages_request(how);
    auto left = how.limit == 0 ? ~std::uint64_t{0} : how.limit;
    while (left > 0) {
        auto asked = request;
        asked.query.emplace_back("limit", std::to_string(std::min(left, messages_page)));
        DIPTYCH_TRY(auto const answer, ask_to_the_end(*log, asked));
        DIPTYCH_TRY(auto const page, json::parse(answer.body));
        auto const messages = page.root().find("messages");
        if (!messages) return fail(errc::failed, "not a page: " + answer.body);
        for (auto const one : messages->elements()) {
            fmt::print("{}\n", how.json ? std::string(one.raw()) : message_line(one));
            --left;
        }
        if (word_of(page.root(), "at_end") == "true") break;
        std::erase_if(request.query, [](auto const& one) { return one.first == "after"; });
        request.query.emplace_back("after", word_of(page.root(), "seen"));
    }
    if (std::fflush(stdout) != 0) return fail(errc::failed, "can not write the messages");
    return {};
}

result<void> show_trace(trace_options const& how) {
    DIPTYCH_TRY(auto const log, open_for_questions(how.where));
    DIPTYCH_TRY(
        auto const answer,
        ask_to_the_end(
            *log,
            {.method = "GET",
             .path = "/trace/" + edge::percent_encode(how.correlation),
             .query = {{"format", how.json ? "json" : how.format}}}
        )
    );
    fmt::print("{}{}", answer.body, answer.body.ends_with('\n') ? "" : "\n");
    return {};
}

}  // namespace diptych::cli
