// The checker must notice each kind of broken promise, and nothing else.
#include "world_of_two.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace diptych;
using namespace diptych::sim;

namespace {

error beaten_by(std::uint64_t position) {
    return {
        .kind = errc::conflict,
        .code = "query",
        .message = "",
        .facts =
            {{"event", R"({"position":)" + std::to_string(position) + R"(,"type":"t","stream":"a"})"
            }}
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
    elsewhere.appended_as(1).answer = accepted_at(1);
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
    world_of_two epoch;
    epoch.log[1].epoch = 2;
    CHECK(epoch.is_broken("position 2 is of epoch 2"));
    epoch.log[1].epoch = 1;
    epoch.appended_as(1).answer->value().at.epoch = diptych::epoch{2};
    CHECK(epoch.is_broken("names epoch 2, and nothing was restored"));
    world_of_two time;
    time.log[1].recorded_at = {};
    CHECK(time.is_broken("time goes back at position 2"));
}

TEST_CASE("an append that was answered before another began stands before it") {
    world_of_two swapped;
    std::swap(swapped.log[0].data, swapped.log[1].data);
    swapped.appended_as(0).answer = accepted_at(2);
    swapped.appended_as(1).answer = accepted_at(1);
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
        of.add(
            append_attempt{
                .operation = 3, .request = third, .answer = std::unexpected(beaten_by(by))
            },
            5,
            6
        );
        return of;
    };
    CHECK(refused(1, "t").broken().empty());
    CHECK(refused(2, "t").is_broken("refused for position 2, which is not what beat it"));
    CHECK(refused(1, "u").is_broken("refused for position 1, which is not what beat it"));
    CHECK(refused(3, "t").is_broken("refused for an event that is not there"));
    auto misnamed = refused(1, "t");
    misnamed.log[0].stream = misnamed.appended_as(0).request.events[0].stream = "b";
    misnamed.log[1].version = 1;
    CHECK(misnamed.is_broken("refused for position 1, which is not {"));
    auto early = refused(2, "t");
    early.log[0].type = early.appended_as(0).request.events[0].type = "u";
    CHECK(early.broken().empty());
    early.of.attempts[1]->begun = 7;  // and so came after the refusal
    early.of.attempts[1]->answered = 8;
    CHECK(early.is_broken("refused for position 2, which came later"));
    world_of_two standing;
    standing.add(
        append_attempt{
            .operation = 3,
            .request = request("b", 3),
            .answer = fail(errc::unavailable, "queue_full", "later")
        },
        5,
        6
    );
    CHECK(standing.broken().empty());
    standing.log.push_back(event(3, 1, "b", 3));
    CHECK(standing.is_broken("operation 3 was refused, and it stands at 3"));
}

TEST_CASE("a version that was not expected is the stream's, and the event that made it is named") {
    auto const refused = [](std::uint64_t expected, std::string event) {
        world_of_two of;
        auto third = request("b", 3);
        third.expect.emplace("a", expected_version::exactly(version{expected}));
        error why{.kind = errc::conflict, .code = "stream_version", .message = ""};
        why.facts = {{"stream", R"("a")"}, {"event", std::move(event)}, {"actual", "2"}};
        of.add(
            append_attempt{
                .operation = 3, .request = third, .answer = std::unexpected(std::move(why))
            },
            5,
            6
        );
        return of;
    };
    auto const second = R"({"position":2,"type":"t","stream":"a"})";
    CHECK(refused(1, second).broken().empty());
    CHECK(refused(1, "").is_broken("refused for an event that is not there"));
    CHECK(refused(0, second).is_broken("refused for position 2, which is not what beat it"));
    CHECK(refused(1, R"({"position":2,"type":"u","stream":"a"})")
              .is_broken("refused for position 2, which is not {"));
    CHECK(refused(5, "").broken().empty());
    CHECK(refused(5, second).is_broken("refused for an event, and there was none"));
    CHECK(refused(2, "").is_broken("refused for version 2, which no stream of its had"));
}

TEST_CASE("a page shows what there is up to where it has seen, and the end is the end") {
    auto const reading = [](std::vector<logged> events, std::uint64_t seen) {
        world_of_two of;
        of.add(
            read_attempt{
                .what = read_options{}, .events = std::move(events), .seen = seen, .at_end = true
            },
            5,
            6
        );
        return of;
    };
    auto const first = event(1, 1, "a", 1);
    auto const second = event(2, 2, "a", 2);
    CHECK(reading({first, second}, 2).broken().empty());
    CHECK(reading({first}, 2).is_broken("shows nothing where position 2 belongs"));
    CHECK(reading({second}, 2).is_broken("shows position 2 where position 1 belongs"));
    CHECK(reading({first}, 1).is_broken("says that 1 is the end after 2 had been seen"));
    CHECK(reading({first, second}, 3).is_broken("has seen 3, and the log ends at 2"));
    auto later = first;
    later.recorded_at += std::chrono::microseconds{1};
    CHECK(reading({later, second}, 2).is_broken("shows position 1 where position 1 belongs"));
    auto const with = [&](auto const& change) {
        auto of = reading({second}, 2);
        auto& page = std::get<read_attempt>(of.of.attempts[2]->what);
        std::get<read_options>(page.what).after = position{1};
        page.may_lag = true;
        change(page);
        return of;
    };
    CHECK(with([](auto&) {}).broken().empty());
    auto const back = with([](read_attempt& page) { page.events = {}, page.seen = 0; });
    CHECK(back.is_broken("goes back from 1 to 0"));
    auto const restored = with([](read_attempt& page) { page.epoch = 2; });
    CHECK(restored.is_broken("names epoch 2, and nothing was restored"));
    auto stuck = reading({}, 0);
    std::get<read_attempt>(stuck.of.attempts[2]->what).at_end = false;
    CHECK(stuck.is_broken("shows nothing, and not that it is the end"));
}

TEST_CASE("a view shows its fold, and no less than it was asked for") {
    auto const showing = [](std::uint64_t at, std::string rows) {
        world_of_two of;
        of.add(query_attempt{.view = "v", .at_least = 2, .at = at, .rows = std::move(rows)}, 5, 6);
        return of;
    };
    CHECK(showing(2, "2").broken().empty());
    CHECK(showing(1, "1").is_broken("was asked for 2 and shows 1"));
    CHECK(showing(2, "1").is_broken("shows 1\n  instead of 2"));
}

TEST_CASE("a view that takes part in commits is never behind an answer") {
    world_of_two of;
    auto& query = of.add(
        query_attempt{.view = "v", .at_least = 1, .at = 1, .rows = "1", .is_inline = true}, 5, 6
    );
    CHECK(of.broken().empty());
    query.is_sound = true;
    CHECK(of.is_broken("is inline and shows 1 after 2 was answered"));
    std::get<query_attempt>(query.what).has_reached = false;
    CHECK(of.is_broken("is inline and has not reached 1"));
}

TEST_CASE("every request is answered once, unless the machine was lost over it") {
    world_of_two of;
    auto& third = of.add(append_attempt{.operation = 3, .request = request("b", 3)}, 5, 0);
    CHECK(of.is_broken("was never answered"));
    of.of.lost_lives.insert(0);
    CHECK(of.broken().empty());
    third.answers = 2;
    CHECK(of.is_broken("was answered 2 times"));
}

TEST_CASE("nothing is said to be damaged where nothing was") {
    world_of_two of;
    auto& read =
        of.add(read_attempt{.what = read_options{}, .failure = error{errc::corrupt, "", ""}}, 5, 6);
    CHECK(of.is_broken(" (), which nothing explains"));
    of.of.may_be_damaged = true;
    CHECK(of.broken().empty());
    std::get<read_attempt>(read.what).failure->kind = errc::unavailable;
    read.is_sound = true;
    CHECK(of.is_broken(" (), though nothing has failed"));
}

TEST_CASE("what was accepted is accepted when it is brought again, and answered alike") {
    auto const again = [](result<appended> answer) {
        world_of_two of;
        for (auto const i : {0uz, 1uz}) of.appended_as(i).request.command.emplace().id = "k";
        of.appended_as(1).request.command->id = "j";
        auto repeat = of.appended_as(1);
        repeat.answer = std::move(answer);
        of.add(std::move(repeat), 5, 6);
        return of;
    };
    CHECK(again(accepted_at(2)).broken().empty());
    CHECK(again(std::unexpected(beaten_by(1))).is_broken("it was accepted before:"));
    CHECK(again(fail(errc::invalid, "command_id_reused", "")).is_broken("it was accepted before:"));
    auto const elsewhere = appended{.at = {.position = position{2}}, .first = position{1}};
    CHECK(again(elsewhere).is_broken("it was answered otherwise before:"));
}

TEST_CASE("one id is one operation's") {
    world_of_two shared;
    for (auto const i : {0uz, 1uz}) shared.appended_as(i).request.command.emplace().id = "k";
    CHECK(shared.is_broken("operations 1 and 2 stand as k"));

    world_of_two of;
    auto third = request("b", 3);
    third.command.emplace().id = "k";
    of.add(
        append_attempt{
            .operation = 3, .request = third, .answer = fail(errc::invalid, "command_id_reused", "")
        },
        5,
        6
    );
    CHECK(of.is_broken("its id was nobody else's"));
    of.appended_as(0).request.command.emplace().id = "k";
    CHECK(of.broken().empty());
}

TEST_CASE("where there is no log any more, what was shown must fit together") {
    auto const shown = [](std::vector<logged> events) {
        world_of_two of;
        of.add(read_attempt{.what = read_options{}, .events = std::move(events)}, 5, 6);
        return of;
    };
    auto const wrong = [](world_of_two const& of) { return shown_wrongly(of.of).value_or(""); };
    auto const first = event(1, 1, "a", 1);
    CHECK(wrong(shown({first})).empty());
    CHECK(wrong(shown({event(3, 1, "a", 9)})).starts_with("position 3 was appended by nobody"));
    auto const moved = event(2, 1, "a", 1);
    CHECK(wrong(shown({moved})).starts_with("position 2 was shown as another event, too"));

    auto of = shown({first});
    auto& made = of.add(
        command_attempt{
            .command = "c",
            .json = "{}",
            .answer =
                outcome{
                    .events =
                        {{.type = "t", .stream = "a", .version = version{1}, .position = position{1}
                        }}
                }
        },
        7,
        8
    );
    CHECK(wrong(of).empty());
    std::get<command_attempt>(made.what).answer->value().events[0].version = version{2};
    CHECK(wrong(of).starts_with("position 1 was shown as another event, too"));

    world_of_two rows;
    for (std::uint64_t at = 1; at <= 2; ++at)
        rows.add(query_attempt{.view = "v", .at = at, .rows = std::to_string(at)}, 5, 6);
    CHECK(wrong(rows).empty());
    rows.add(query_attempt{.view = "v", .at = 2, .rows = "3"}, 7, 8);
    CHECK(wrong(rows).starts_with("at 2 shows 2\n  and 3"));
}

TEST_CASE("who is told that others ask too much is told no lie, and others are no client's fault") {
    auto const told = [](error why, bool may_be_malformed) {
        world_of_two of;
        of.add(command_attempt{.command = "c", .json = "{", .answer = std::unexpected(why)}, 5, 6)
            .is_sound = true;
        rules const domain{.rows = {}, .may_be_malformed = may_be_malformed};
        return broken_promise(of.of, log_model{of.log}, domain).value_or("");
    };
    for (auto const* const code : {"closed", "queue_full", "contention"})
        CHECK(told({errc::unavailable, code, ""}, false).empty());
    CHECK(!told({errc::unavailable, "index_behind", ""}, true).empty());
    CHECK(told({errc::invalid, "malformed", ""}, true).empty());
    CHECK(told({errc::not_found, "unknown_command", ""}, true).empty());
    CHECK(!told({errc::invalid, "malformed", ""}, false).empty());
    CHECK(!told({errc::invalid, "command_id_reused", ""}, true).empty());
}
