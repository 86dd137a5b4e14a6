#include "sim/workload.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace diptych::sim {

attempt& clients::begin(decltype(attempt::what) what) {
    history_.attempts.push_back(std::make_unique<attempt>(attempt{
        .client = draws_.below(3),
        .begun = history_.next_moment(),
        .what = std::move(what),
    }));
    return *history_.attempts.back();
}

std::uint64_t clients::append(append_request request) {
    auto const number = ++operations_;
    for (std::size_t i = 0; i < request.events.size(); ++i)
        request.events[i].data = fmt::format(R"({{"op":{},"place":{}}})", number, i);
    append_attempt made{.operation = number, .request = std::move(request)};
    if (made.request.command) keyed_.push_back(made);
    submit_append(std::move(made));
    return number;
}

void clients::append_again() {
    if (!keyed_.empty()) submit_append(draws_.one_of(keyed_));
}

void clients::submit_append(append_attempt made) {
    auto request = made.request;
    auto& one = begin(std::move(made));
    world_.node().log().append(std::move(request), [this, &one](result<appended> answer) {
        one.answered = history_.next_moment();
        if (answer) saw(answer->at);
        std::get<append_attempt>(one.what).answer = std::move(answer);
    });
}

void clients::command(std::string name, std::string json, std::string id) {
    command_attempt made{.command = std::move(name), .json = std::move(json), .id = std::move(id)};
    if (!made.id.empty()) keyed_commands_.push_back(made);
    submit_command(std::move(made));
}

void clients::command_again() {
    if (!keyed_commands_.empty()) submit_command(draws_.one_of(keyed_commands_));
}

void clients::submit_command(command_attempt made) {
    auto const name = made.command;
    auto const json = made.json;
    execute_options const how{.command_id = made.id};
    auto& one = begin(std::move(made));
    world_.node().commands().execute_async(name, json, how, [this, &one](result<outcome> answer) {
        one.answered = history_.next_moment();
        if (answer) saw(answer->at);
        std::get<command_attempt>(one.what).answer = std::move(answer);
    });
}

void clients::read(read_options const& what) {
    auto const begun = history_.next_moment();
    auto const page = world_.node().log().read(what);
    if (!page) return;
    read_attempt made{.what = what, .seen = page->seen().position.value, .at_end = page->at_end()};
    for (auto const& event : *page) made.events.push_back(owned(event));
    auto& one = begin(std::move(made));
    one.begun = begun;
    one.answered = history_.next_moment();
}

void clients::read_stream(std::string stream, stream_options const& what) {
    auto const begun = history_.next_moment();
    auto const page = world_.node().log().read_stream(stream, what);
    if (!page) return;
    read_attempt made{
        .what = std::pair{std::move(stream), what},
        .seen = page->seen().position.value,
        .at_end = page->at_end(),
    };
    for (auto const& event : *page) made.events.push_back(owned(event));
    auto& one = begin(std::move(made));
    one.begun = begun;
    one.answered = history_.next_moment();
}

void clients::query(std::string view, token at_least) {
    auto const begun = history_.next_moment();
    auto const reached = world_.node().views().has_reached(view, at_least);
    if (!reached || !*reached) return;
    auto answer = world_.node().views().query(view, {{"limit", "1000"}});
    if (!answer) return;
    saw(answer->at);
    auto& one = begin(query_attempt{
        .view = std::move(view),
        .at_least = at_least.position.value,
        .at = answer->at.position.value,
        .rows = std::move(answer->rows),
    });
    one.begun = begun;
    one.answered = history_.next_moment();
}

}  // namespace diptych::sim
