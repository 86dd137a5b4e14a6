#include "sim/all_rows.hpp"
#include "sim/workload.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace diptych::sim {

attempt& clients::begin(decltype(attempt::what) what) {
    history_.attempts.push_back(std::make_unique<attempt>(attempt{
        .client = draws_.below(3),
        .begun = history_.next_moment(),
        .life = world_.life(),
        .what = std::move(what),
    }));
    return *history_.attempts.back();
}

std::uint64_t clients::append(append_request request) {
    auto const number = ++operations_;
    for (std::size_t i = 0; i < request.events.size(); ++i)
        request.events[i].data = fmt::format(R"({{"op":{},"place":{}}})", number, i);
    append_attempt made{.operation = number, .request = std::move(request)};
    auto const& command = made.request.command;
    auto const& events = made.request.events;
    auto const has_ids = !events.empty() && std::ranges::none_of(events, [](auto const& event) {
        return event.id.is_nil();
    });
    if (command ? command->digest[0] == 1 : has_ids) keyed_.push_back(made);
    submit_append(std::move(made));
    return number;
}

void clients::append_again() {
    if (!keyed_.empty()) submit_append(draws_.one_of(keyed_));
}

void clients::append_other_as_before(append_request request) {
    if (keyed_.empty()) return;
    auto const& before = draws_.one_of(keyed_).request;
    request.command = before.command;
    if (request.command) {
        request.command->digest[0] = 2;
        request.command->digest[1] = static_cast<std::uint8_t>(operations_);
        request.command->digest[2] = static_cast<std::uint8_t>(operations_ >> 8);
    } else if (!request.events.empty()) {
        request.events.front().id = before.events.front().id;
        request.events.front().stream = before.events.front().stream;
    }
    append(std::move(request));
}

// An answer of a node that is being ended is no answer of a machine that works.
void clients::over(attempt& one) {
    one.answered = history_.next_moment();
    ++one.answers;
    one.is_sound = world_.is_sound();
}

void clients::submit_append(append_attempt made) {
    auto request = made.request;
    auto& one = begin(std::move(made));
    world_.node().log().append(std::move(request), [this, &one](result<appended> answer) {
        over(one);
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
    if (made.id.empty()) made.correlation = fmt::format("r{}", history_.attempts.size() + 1);
    execute_options const how{.command_id = made.id, .correlation_id = made.correlation};
    auto& one = begin(std::move(made));
    world_.node().commands().execute_async(name, json, how, [this, &one](result<outcome> answer) {
        over(one);
        if (answer) saw(answer->at);
        std::get<command_attempt>(one.what).answer = std::move(answer);
    });
}

void clients::messages(std::string const& source, std::vector<std::string> const& all) {
    auto* const to = world_.node().inbox()->find(source).or_throw();
    std::vector<attempt*> begun;
    std::vector<inbox::message> brought;
    for (auto const& one : all) {
        auto const parcel = inbox::parse_parcel(to->of(), one, {}, {}).or_throw();
        brought.push_back(parcel.messages.front());
        auto kept = brought.back();
        kept.after = nullptr;  // of this life's source
        begun.push_back(&begin(message_attempt{.source = source, .what = std::move(kept)}));
    }
    to->receive(std::move(brought), [this, begun](std::vector<result<inbox::answer>> answers) {
        for (std::size_t i = 0; i < begun.size(); ++i) {
            over(*begun[i]);
            if (answers[i] && answers[i]->at.position.value > 0) saw(answers[i]->at);
            std::get<message_attempt>(begun[i]->what).answer = std::move(answers[i]);
        }
    });
}

template <class Made>
void clients::read_page(Made made, std::uint64_t begun, result<page> const& found) {
    if (found) {
        made.seen = found->seen().position.value;
        made.epoch = found->seen().epoch.value;
        made.at_end = found->at_end();
        for (auto const& event : *found) made.events.push_back(owned(event));
    } else {
        made.failure = found.error();
    }
    auto& one = begin(std::move(made));
    one.begun = begun;
    over(one);
}

void clients::read(read_options const& what) {
    auto const begun = history_.next_moment();
    read_page(read_attempt{.what = what}, begun, world_.node().log().read(what));
}

void clients::read_stream(std::string stream, stream_options const& what) {
    auto const begun = history_.next_moment();
    auto const found = world_.node().log().read_stream(stream, what);
    read_page(read_attempt{.what = std::pair{std::move(stream), what}}, begun, found);
}

bool clients::takes_part(std::string_view view) const {
    auto const all = world_.node().views().status();
    auto const it = std::ranges::find(all, view, &read::view_status::name);
    return it != all.end() && it->is_inline && it->state == read::view_state::running;
}

void clients::query(std::string view, token at_least) {
    auto const begun = history_.next_moment();
    query_attempt made{.view = std::move(view), .at_least = at_least.position.value};
    auto const& views = world_.node().views();
    auto const reached = views.has_reached(made.view, at_least);
    made.is_inline = takes_part(made.view);
    made.has_reached = !reached || *reached;
    if (!made.has_reached) {
        auto& one = begin(std::move(made));
        one.begun = begun;
        return over(one);
    }
    auto answer = reached ? all_rows(views, made.view)
                          : result<read::query_answer>{std::unexpect, reached.error()};
    if (answer) {
        saw(answer->at);
        made.at = answer->at.position.value;
        made.epoch = answer->at.epoch.value;
        made.rows = std::move(answer->rows);
    } else {
        made.failure = answer.error();
    }
    auto& one = begin(std::move(made));
    one.begun = begun;
    over(one);
}

// It may lag: its end is nobody else's.
position clients::follow(position after) {
    auto const begun = history_.next_moment();
    read_options const what{.what = {.engine_events = true}, .after = after};
    auto const found = page_of_reader(what);
    read_page(read_attempt{.what = what, .may_lag = true}, begun, found);
    return found ? found->seen().position : after;
}

result<page> clients::page_of_reader(read_options const& what) const {
    DIPTYCH_TRY(auto* const reader, world_.reader());
    DIPTYCH_TRY(reader->refresh());
    return reader->read(what);
}

}  // namespace diptych::sim
