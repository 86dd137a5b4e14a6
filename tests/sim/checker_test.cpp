// The checker must notice each kind of broken promise, and nothing else.
#include "sim/checker.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>

using namespace diptych;
using namespace diptych::sim;

namespace {

logged event(std::uint64_t position, std::uint64_t version, std::string stream, int op) {
    return {
        .position = position,
        .version = version,
        .recorded_at = timestamp{std::chrono::microseconds{static_cast<std::int64_t>(position)}},
        .id = std::to_string(position),
        .stream = std::move(stream),
        .type = "t",
        .tags = {},
        .data = R"({"op":)" + std::to_string(op) + "}",
    };
}

append_request request(std::string stream, int op) {
    return {
        .events =
            {{.stream = std::move(stream),
              .type = "t",
              .data = R"({"op":)" + std::to_string(op) + "}"}}
    };
}

result<appended> accepted(std::uint64_t at) {
    return appended{.at = {.position = position{at}}, .first = position{at}, .count = 1};
}

// A history and a log that fit, for tests to change.
struct world_of_two {
    attempt& add(append_attempt what, std::uint64_t begun, std::uint64_t answered) {
        of.attempts.push_back(std::make_unique<attempt>(
            attempt{.client = 1, .begun = begun, .answered = answered, .what = std::move(what)}
        ));
        return *of.attempts.back();
    }
    append_attempt& appended_as(std::size_t i) {
        return std::get<append_attempt>(of.attempts[i]->what);
    }
    std::string broken() const {
        auto const rows = [](std::string_view, log_model const&, std::uint64_t prefix) {
            return std::to_string(prefix);
        };
        return broken_promise(of, log_model{log}, {.rows = rows}).value_or("");
    }
    bool is_broken(std::string_view promise) const { return broken().starts_with(promise); }

    world_of_two() {
        add({.operation = 1, .request = request("a", 1), .answer = accepted(1)}, 1, 2);
        add({.operation = 2, .request = request("a", 2), .answer = accepted(2)}, 3, 4);
    }

    history of;
    std::vector<logged> log{event(1, 1, "a", 1), event(2, 2, "a", 2)};
};

error beaten_by(std::uint64_t position) {
    return {
        .kind = errc::conflict,
        .code = "query",
        .message = "",
        .facts = {{"event", R"({"position":)" + std::to_string(position) + "}"}}
    };
}

}  // namespace

TEST_CASE("a history that fits its log breaks no promise") {
    CHECK(world_of_two{}.broken().empty());
}

TEST_CASE("what was acknowledged must be there, once, where it was said to be") {
    world_of_two lost;
    lost.log.pop_back();
    CHECK(lost.is_broken("acknowledged at 2, and the log ends at 1"));
    world_of_two replaced;
    replaced.log[1] = event(2, 2, "a", 3);
    CHECK(replaced.is_broken("acknowledged and lost"));
    world_of_two twice;
    twice.log.push_back(event(3, 3, "a", 2));
    CHECK(twice.is_broken("2 of 1 events are in the log"));
    world_of_two elsewhere;
    elsewhere.appended_as(1).answer = accepted(1);
    CHECK(elsewhere.is_broken("acknowledged at 1, and it stands at 2"));
    world_of_two changed;
    changed.log[1].type = "u";
    CHECK(changed.is_broken("position 2 is not what was appended"));
    world_of_two unknown;
    unknown.log.push_back(event(3, 3, "a", 9));
    CHECK(unknown.is_broken("position 3 was appended by nobody"));
}

TEST_CASE("a log has no gaps, dense versions and time that goes forward") {
    world_of_two gap;
    gap.log[1].position = 3;
    CHECK(gap.is_broken("after position 1 comes 3"));
    world_of_two version;
    version.log[1].version = 3;
    CHECK(version.is_broken("a at position 2 has version 3, not 2"));
    world_of_two time;
    time.log[1].recorded_at = {};
    CHECK(time.is_broken("time goes back at position 2"));
}

TEST_CASE("an append that was answered before another began stands before it") {
    world_of_two swapped;
    std::swap(swapped.log[0].data, swapped.log[1].data);
    swapped.appended_as(0).answer = accepted(2);
    swapped.appended_as(1).answer = accepted(1);
    CHECK(swapped.is_broken("began after 2 had been seen and stands before it"));
    swapped.of.attempts[1]->begun = 1;  // at the same time: either order will do
    CHECK(swapped.broken().empty());
}

TEST_CASE("conditions hold where an append stands") {
    world_of_two version;
    version.appended_as(1).request.expect.emplace("a", expected_version::no_stream());
    CHECK(version.is_broken("a was at version 1 and not "));
    world_of_two query;
    query.appended_as(1).request.unless = {.what = {.items = {{.types = {"t"}}}}, .after = {}};
    CHECK(query.is_broken("position 1 should have beaten it"));
    query.appended_as(1).request.unless->after.position = position{1};
    CHECK(query.broken().empty());
}

TEST_CASE("a refusal names what beat it, and what was refused is not there") {
    auto const refused = [](std::uint64_t by, std::string type) {
        world_of_two of;
        auto third = request("b", 3);
        third.unless = {.what = {.items = {{.types = {std::move(type)}}}}, .after = {}};
        of.add({.operation = 3, .request = third, .answer = std::unexpected(beaten_by(by))}, 5, 6);
        return of;
    };
    CHECK(refused(1, "t").broken().empty());
    CHECK(refused(2, "t").is_broken("refused for position 2, which is not what beat it"));
    CHECK(refused(1, "u").is_broken("refused for position 1, which is not what beat it"));
    CHECK(refused(3, "t").is_broken("refused for an event that is not there"));
    world_of_two standing;
    standing.add(
        {.operation = 3,
         .request = request("b", 3),
         .answer = fail(errc::unavailable, "queue_full", "later")},
        5,
        6
    );
    CHECK(standing.broken().empty());
    standing.log.push_back(event(3, 1, "b", 3));
    CHECK(standing.is_broken("operation 3 was refused, and it stands at 3"));
}

TEST_CASE("a page shows what there is up to where it has seen, and the end is the end") {
    auto const reading = [](std::vector<logged> events, std::uint64_t seen) {
        world_of_two of;
        of.of.attempts.push_back(std::make_unique<attempt>(attempt{
            .client = 1,
            .begun = 5,
            .answered = 6,
            .what =
                read_attempt{
                    .what = read_options{},
                    .events = std::move(events),
                    .seen = seen,
                    .at_end = true
                }
        }));
        return of;
    };
    auto const first = event(1, 1, "a", 1);
    auto const second = event(2, 2, "a", 2);
    CHECK(reading({first, second}, 2).broken().empty());
    CHECK(reading({first}, 2).is_broken("shows nothing where position 2 belongs"));
    CHECK(reading({second}, 2).is_broken("shows position 2 where position 1 belongs"));
    CHECK(reading({first}, 1).is_broken("says that 1 is the end after 2 had been seen"));
    CHECK(reading({first, second}, 3).is_broken("has seen 3, and the log ends at 2"));
}

TEST_CASE("a view shows its fold, and no less than it was asked for") {
    auto const showing = [](std::uint64_t at, std::string rows) {
        world_of_two of;
        of.of.attempts.push_back(std::make_unique<attempt>(attempt{
            .client = 1,
            .begun = 5,
            .answered = 6,
            .what = query_attempt{.view = "v", .at_least = 2, .at = at, .rows = std::move(rows)}
        }));
        return of;
    };
    CHECK(showing(2, "2").broken().empty());
    CHECK(showing(1, "1").is_broken("was asked for 2 and shows 1"));
    CHECK(showing(2, "1").is_broken("shows 1\n  instead of 2"));
}

TEST_CASE("one command id has one answer") {
    world_of_two of;
    for (std::uint64_t at = 1; at <= 2; ++at)
        of.of.attempts.push_back(std::make_unique<attempt>(attempt{
            .client = 1,
            .begun = 5,
            .answered = 6,
            .what =
                command_attempt{
                    .command = "c",
                    .json = "{}",
                    .id = "k",
                    .answer = outcome{.at = {.position = position{at}}},
                }
        }));
    CHECK(of.is_broken("the same command was answered otherwise before"));
}
