#include "base/tag_bytes.hpp"

#include <diptych/testing.hpp>

#include <algorithm>
#include <map>
#include <memory>

namespace diptych::testing {
namespace {

/// Events as they would come out of a log. Keeps references to `events`.
class history {
public:
    explicit history(std::span<event_data const> events) {
        std::map<std::string, version> versions;
        for (auto const& event : events) {
            auto const& kept =
                *tags_.emplace_back(std::make_unique<std::string>(tag_bytes(event.tags)));
            recorded_event one{};
            one.position = position{recorded_.size() + 1};
            one.version = ++versions[event.stream];
            one.stream = event.stream;
            one.type = event.type;
            one.tags = tag_list{kept, event.tags.size()};
            one.data = event.data;
            one.metadata = event.metadata;
            recorded_.push_back(one);
        }
    }

    std::span<recorded_event const> all() const { return recorded_; }

    /// Folds the events that carry all of the names.
    result<model::erased_const> fold(
        model::state const& of, std::span<std::string const> names, bool fresh = false
    ) const {
        auto made = of.make();
        if (fresh) return made;
        for (auto const& event : recorded_) {
            auto const carried = [&](std::string const& name) { return event.carries(name); };
            if (!std::ranges::all_of(names, carried)) continue;
            DIPTYCH_TRY(of.fold(made.get(), event, names));
        }
        return made;
    }

private:
    std::vector<recorded_event> recorded_;
    std::vector<std::unique_ptr<std::string>> tags_;
};

class memory_runner : public scenario_runner {
public:
    result<model::decided> run(scenario const& what) override {
        history const before{what.given};
        DIPTYCH_TRY(auto const command, what.command.parse(what.json));
        std::vector<std::vector<model::erased_const>> states;
        for (auto const& parameter : what.command.parameters) {
            std::vector<model::erased_const> folded;
            if (parameter.of) {
                DIPTYCH_TRY(auto const keys, parameter.keys(command.get(), states));
                for (auto const& key : keys) {
                    DIPTYCH_TRY(auto state, before.fold(*key.of, key.names, key.fresh));
                    folded.push_back(std::move(state));
                }
            }
            states.push_back(std::move(folded));
        }
        return what.command.decide(command.get(), states, what.surroundings);
    }
};

thread_local scenario_runner* chosen = nullptr;

bool same(event_data const& a, event_data const& b) {
    return a.type == b.type && a.stream == b.stream && a.data == b.data &&
           std::ranges::is_permutation(a.tags, b.tags);
}

std::string text_of(event_data const& event) {
    auto text = event.type + " " + event.data + " in " + event.stream;
    for (auto const& tag : event.tags) text += ", " + tag;
    return text;
}

}  // namespace

scenario_runner& in_memory() {
    static memory_runner runner;
    return runner;
}

scenario_runner& current_runner() { return chosen ? *chosen : in_memory(); }

use_runner::use_runner(scenario_runner& runner) : before_(chosen) { chosen = &runner; }
use_runner::~use_runner() { chosen = before_; }

std::string outcome::text() const {
    if (!what_) return std::string{to_string(what_.error().kind)} + ": " + what_.error().message;
    if (what_->refused) return "refused: " + what_->reason + ": " + what_->detail;
    if (what_->events.empty()) return "accepted, no events";
    std::string text;
    for (auto const& event : what_->events) text += (text.empty() ? "" : "\n") + text_of(event);
    return text;
}

std::string outcome::difference(std::vector<event_data> const& events) const {
    if (what_ && !what_->refused && std::ranges::equal(what_->events, events, same)) return {};
    std::string text = "expected:";
    for (auto const& event : events) text += "\n  " + text_of(event);
    if (events.empty()) text += "\n  accepted, no events";
    text += "\ngot:";
    if (!what_ || what_->refused || what_->events.empty()) {
        text += "\n  " + this->text();
    } else {
        for (std::size_t i = 0; i < what_->events.size(); ++i) {
            auto const alike = i < events.size() && same(what_->events[i], events[i]);
            text += (alike ? "\n  " : "\n! ") + text_of(what_->events[i]);
        }
    }
    return text;
}

void outcome::expect(std::vector<event_data> const& events) const {
    if (auto const text = difference(events); !text.empty()) throw scenario_failed(text);
}

void outcome::expect_refused(std::string_view reason) const {
    if (!what_ || !what_->refused || what_->reason != reason)
        throw scenario_failed(
            "expected:\n  refused: " + std::string{reason} + "\ngot:\n  " + text()
        );
}

void outcome::then_fails(errc kind) const {
    if (what_ || what_.error().kind != kind)
        throw scenario_failed(
            "expected:\n  " + std::string{to_string(kind)} + "\ngot:\n  " + text()
        );
}

result<model::reaction> react_in_memory(
    model::process const& process,
    std::span<event_data const> given,
    environment const& surroundings
) {
    if (given.empty()) return fail(errc::invalid, "no event was given to react to");
    history const before{given};
    auto const& last = before.all().back();
    DIPTYCH_TRY(auto const instance, process.key(last));
    if (!instance)
        return fail(errc::invalid, process.name + " does not take " + std::string{last.type});
    auto state = process.state.make();
    std::vector<std::string> const names{*instance};
    for (auto const& event : before.all()) {
        if (std::ranges::find(process.types, event.type) == process.types.end()) continue;
        DIPTYCH_TRY(auto const its, process.key(event));
        if (its != instance) continue;
        DIPTYCH_TRY(process.state.fold(state.get(), event, names));
    }
    return process.react(state.get(), last, *instance, surroundings);
}

void process_outcome::expect_commands(std::vector<model::reaction::command> const& commands) const {
    auto const alike = [](model::reaction::command const& sent, model::reaction::command const& one
                       ) { return sent.name.ends_with("." + one.name) && sent.json == one.json; };
    if (what_ && std::ranges::equal(what_->commands, commands, alike)) return;
    std::string text = "expected:";
    for (auto const& one : commands) text += "\n  " + one.name + " " + one.json;
    text += "\ngot:";
    if (!what_) text += "\n  " + what_.error().message;
    if (what_)
        for (auto const& one : what_->commands) text += "\n  " + one.name + " " + one.json;
    throw scenario_failed(text);
}

}  // namespace diptych::testing
