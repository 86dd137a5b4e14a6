#include "model/given_history.hpp"

#include <diptych/iso8601.hpp>
#include <diptych/json_writer.hpp>
#include <diptych/testing.hpp>
#include <diptych/try.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace diptych::testing {
namespace {

bool is_in(std::vector<std::string> const& types, std::string_view type) {
    return std::ranges::find(types, type) != types.end();
}

/// Whose the scenario is: that of the last event which names an instance itself.
result<std::optional<std::string>> instance_in(
    model::process const& process, given_history const& before
) {
    std::optional<std::string> found;
    for (auto const& event : before.all()) {
        if (is_engine_type(event.type) || !is_in(process.types, event.type)) continue;
        DIPTYCH_TRY(auto const key, process.key(event));
        if (key && category_of(*key) == process.id_kind) found = key;
    }
    return found;
}

/// Answers and timers are told by the stream they stand in.
std::vector<event_data> with_streams(
    std::span<event_data const> given, model::process const& process, std::string const& instance
) {
    std::vector<event_data> all(given.begin(), given.end());
    for (auto& one : all)
        if (is_engine_type(one.type)) one.stream = process.name + "-" + instance;
    return all;
}

std::string described(std::chrono::microseconds delay) {
    std::string text;
    append_iso8601(text, delay);
    return text;
}

std::string described(model::reaction const& what) {
    std::string text;
    for (auto const& one : what.commands) text += "\n  sends " + one.name + " " + one.json;
    for (auto const& one : what.start)
        text += "\n  starts " + one.name + ", " + described(one.delay);
    for (auto const& one : what.cancel) text += "\n  cancels " + one;
    for (auto const& one : what.correlate) text += "\n  correlates " + one;
    if (what.finish) text += "\n  finishes";
    return text.empty() ? "\n  nothing" : text;
}

json::writer begun_answer(std::string_view command, std::string_view id, std::string_view body) {
    json::writer out;
    out.begin_object().member("command", command).member("id", id).member("input", 0);
    out.raw_member("body", body);
    return out;
}

}  // namespace

event_data record_of_timer(timer_due const& what) {
    json::writer out;
    out.begin_object()
        .member("timer", what.timer)
        .member("due", what.due.time_since_epoch().count())
        .member("started_by", 0)
        .end_object();
    return {.stream = {}, .type = "$timer_due", .data = std::move(out).text()};
}

event_data record_of_answer(
    std::string_view type,
    std::string_view command,
    std::string_view id,
    std::string_view body,
    std::string_view outcome,
    std::string_view error
) {
    auto out = begun_answer(command, id, body);
    if (!outcome.empty()) out.raw_member("outcome", outcome);
    if (!error.empty()) out.raw_member("error", error);
    out.end_object();
    return {.stream = {}, .type = std::string{type}, .data = std::move(out).text()};
}

std::string refusal_json(std::string_view reason, std::string_view detail) {
    json::writer out;
    out.begin_object()
        .member("outcome", "refused")
        .member("reason", reason)
        .member("detail", detail)
        .end_object();
    return std::move(out).text();
}

std::string error_json(std::string_view kind, std::string_view code, std::string_view message) {
    json::writer out;
    out.begin_object()
        .member("kind", kind)
        .member("code", code)
        .member("message", message)
        .end_object();
    return std::move(out).text();
}

result<model::reaction> react_in_memory(
    model::process const& process,
    std::span<event_data const> given,
    environment const& surroundings
) {
    if (given.empty()) return fail(errc::invalid, "no event was given to react to");
    DIPTYCH_TRY(auto const instance, instance_in(process, given_history{given}));
    auto const told = with_streams(given, process, instance.value_or("unknown"));
    given_history const before{told};
    auto const& last = before.all().back();
    if (!instance || !is_in(process.types, last.type))
        return fail(errc::invalid, process.name + " does not take " + std::string{last.type});
    auto state = process.state.make();
    auto is_begun = process.starts.empty();
    auto is_taken = false;
    for (auto const& event : before.all()) {
        is_taken = false;
        if (!is_in(process.types, event.type)) continue;
        DIPTYCH_TRY(auto const its, process.key(event));
        // A key of another kind: the scenario is about the instance that has correlated with it.
        if (!its || (category_of(*its) == process.id_kind && its != instance)) continue;
        is_begun = is_begun || is_in(process.starts, event.type);
        if (!is_begun) continue;
        DIPTYCH_TRY(process.state.fold(state.get(), event, std::vector<std::string>{*instance}));
        is_taken = true;
    }
    if (!is_taken) return model::reaction{};
    return process.react(state.get(), last, *instance, surroundings);
}

void process_outcome::fail_on(std::string const& expected) const {
    throw scenario_failed(
        "expected:\n  " + expected +
        "\ngot:" + (what_ ? described(*what_) : "\n  " + what_.error().message)
    );
}

process_outcome const& process_outcome::then_starts(
    std::string_view timer, std::chrono::microseconds delay
) const {
    auto const is_it = [&](model::reaction::timer const& one) {
        return one.name == timer && one.delay == delay;
    };
    if (what_ && std::ranges::any_of(what_->start, is_it)) return *this;
    fail_on("starts " + std::string{timer} + ", " + described(delay));
}

process_outcome const& process_outcome::then_cancels(std::string_view timer) const {
    if (what_ && is_in(what_->cancel, timer)) return *this;
    fail_on("cancels " + std::string{timer});
}

process_outcome const& process_outcome::then_finishes() const {
    if (what_ && what_->finish) return *this;
    fail_on("finishes");
}

process_outcome const& process_outcome::then_nothing() const {
    if (what_ && what_->commands.empty() && what_->start.empty() && what_->cancel.empty() &&
        what_->correlate.empty() && !what_->finish)
        return *this;
    fail_on("nothing");
}

void process_outcome::expect_commands(std::vector<model::reaction::command> const& commands) const {
    auto const alike = [](model::reaction::command const& sent,
                          model::reaction::command const& one) {
        return (sent.name == one.name || sent.name.ends_with("." + one.name)) &&
               sent.json == one.json;
    };
    if (what_ && std::ranges::equal(what_->commands, commands, alike)) return;
    std::string expected;
    for (auto const& one : commands)
        expected += (expected.empty() ? "sends " : "\n  sends ") + one.name + " " + one.json;
    fail_on(expected.empty() ? "sends nothing" : expected);
}

}  // namespace diptych::testing
