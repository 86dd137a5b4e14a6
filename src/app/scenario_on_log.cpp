#include "app/temporary_folder.hpp"

#include <diptych/application.hpp>
#include <diptych/testing_on_log.hpp>
#include <diptych/try.hpp>

#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace diptych::testing {
namespace {

class told_clock final : public clock {
public:
    explicit told_clock(timestamp at) : at_(at) {}
    timestamp now() override { return at_; }

private:
    timestamp const at_;
};

// A sequence of its own, in which the scenario's seed comes where the command draws.
class told_random final : public random_source {
public:
    std::uint64_t next() override {
        if (!said_) return made_.random();
        auto const number = *said_;
        said_.reset();
        return number;
    }
    void say_next(std::uint64_t number) { said_ = number; }

private:
    environment const made_{timestamp{}, 42};
    std::optional<std::uint64_t> said_;
};

event_data event_of(recorded_event const& from) {
    event_data made{
        .stream = std::string{from.stream},
        .type = std::string{from.type},
        .data = std::string{from.data}
    };
    for (auto const tag : from.tags) made.tags.emplace_back(tag);
    return made;
}

result<std::vector<event_data>> recorded_after(event_log const& log, position before) {
    std::vector<event_data> events;
    for (auto at_end = false; !at_end;) {
        DIPTYCH_TRY(auto const page, log.read({.after = before}));
        for (auto const& event : page) events.push_back(event_of(event));
        before = page.seen().position;
        at_end = page.at_end();
    }
    return events;
}

}  // namespace

result<model::decided> log_runner::run(scenario const& what) {
    told_clock time{what.surroundings.now};
    told_random random;
    std::optional<app::temporary_folder> folder;
    application_options options{.threads = false, .clock = &time, .random = &random};
    if (on_ == engine::segments) {
        DIPTYCH_TRY(auto made, app::temporary_folder::make());
        options.data = folder.emplace(std::move(made)).path() / "data";
    }
    application app{std::move(options)};
    app.add(what.context);
    DIPTYCH_TRY(app.start());
    if (!what.given.empty()) {
        append_request before{.events = {what.given.begin(), what.given.end()}};
        DIPTYCH_TRY(app.log().append(std::move(before)));
    }
    auto const before = app.log().end().position;
    random.say_next(what.surroundings.seed);
    DIPTYCH_TRY(
        auto const answer, app.execute(what.context.name + "." + what.command.name, what.json)
    );
    model::decided said{
        .refused = !answer.accepted(), .reason = answer.reason, .detail = answer.detail
    };
    DIPTYCH_TRY(said.events, recorded_after(app.log(), before));
    DIPTYCH_TRY(app.close());
    return said;
}

scenario_runner& runner_as_told() {
    static log_runner memory{log_runner::engine::memory};
    static log_runner segments{log_runner::engine::segments};
    auto const* const told = std::getenv("DIPTYCH_SCENARIOS");
    std::string_view const where = told == nullptr ? "" : told;
    if (where.empty() || where == "pure") return in_memory();
    if (where == "memory") return memory;
    if (where == "segments") return segments;
    throw std::invalid_argument(
        "DIPTYCH_SCENARIOS is pure, memory or segments, not " + std::string{where}
    );
}

}  // namespace diptych::testing
