#include "model/given_history.hpp"

#include <diptych/testing.hpp>

#include <algorithm>
#include <memory>

namespace diptych::testing {
namespace {

class memory_runner : public scenario_runner {
public:
    result<model::decided> run(scenario const& what) override {
        given_history const before{what.given};
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

}  // namespace diptych::testing
