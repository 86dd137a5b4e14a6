// What the checker must notice of commands and of processes.
#include "world_of_two.hpp"

#include <doctest/doctest.h>

using namespace diptych;
using namespace diptych::sim;

namespace {

logged made_as(std::uint64_t position, std::string id) {
    auto made = event(position, 1, "c" + std::to_string(position), 0);
    made.data = "{}";
    made.metadata = R"({"command_id":")" + id + R"("})";
    return made;
}

outcome with_event(std::uint64_t at) {
    return {
        .at = {.position = position{at}},
        .events =
            {{.type = "t",
              .stream = "c" + std::to_string(at),
              .version = version{1},
              .position = position{at}}},
    };
}

command_attempt sent(std::string id, result<outcome> answer) {
    return {.command = "c", .json = "{}", .id = std::move(id), .answer = std::move(answer)};
}

// And a command behind the two appends, which stands at 3.
struct world_of_commands : world_of_two {
    world_of_commands() {
        log.push_back(made_as(3, "k"));
        add(sent("k", with_event(3)), 5, 6);
    }
    command_attempt& first() { return std::get<command_attempt>(of.attempts[2]->what); }
};

logged of_process(
    std::uint64_t position, std::uint64_t version, std::string type, std::string data
) {
    auto made = event(position, version, "p-1", 0);
    made.type = std::move(type);
    made.data = std::move(data);
    return made;
}

constexpr auto body = R"({"to":"a","id":"x","body":"}","outcome":{"events":[{}]}})";
std::string const asks_for_c = R"({"input":1,"commands":[{"name":"c","id":"p/1/0","body":)" +
                               std::string(body) + R"(}],"start":[],"cancel":[]})";

std::string answered(std::string_view outcome) {
    return R"({"command":"c","id":"p/1/0","input":1,"body":)" + std::string(body) +
           R"(,"outcome":)" + std::string(outcome) + "}";
}

// What stands behind the two appends from position 3 on: records of a process, and events of the
// commands whose ids are given as data.
world_of_two with(std::vector<std::pair<std::string, std::string>> const& all) {
    world_of_two of;
    std::uint64_t records = 0;
    for (auto const& [type, data] : all) {
        auto const at = of.log.size() + 1;
        of.log.push_back(type == "t" ? made_as(at, data) : of_process(at, ++records, type, data));
    }
    return of;
}

}  // namespace

TEST_CASE("a command that was answered stands, once, as it was answered") {
    CHECK(world_of_commands{}.broken().empty());
    world_of_commands lost;
    lost.log[2] = made_as(3, "another");
    CHECK(lost.is_broken("position 3 is not what was answered"));
    world_of_commands twice;
    twice.log.push_back(made_as(4, "k"));
    CHECK(twice.is_broken("answered with 1 events, and 2 stand"));
    world_of_commands apart;
    apart.log.push_back(made_as(4, "another"));
    apart.log.push_back(made_as(5, "k"));
    apart.of.attempts.pop_back();
    CHECK(apart.is_broken("command k stands at 3 and at 5"));
}

TEST_CASE("a command that was not accepted does not stand") {
    world_of_commands of;
    of.first().answer = fail(errc::unavailable, "queue_full", "later");
    CHECK(of.is_broken("command k was not accepted, and it stands at 3"));
    of.first().answer = fail(errc::outcome_unknown, "write_failed", "perhaps");
    CHECK(of.broken().empty());
}

TEST_CASE("each event of commands without ids is one command's, which was not told otherwise") {
    auto const made_for = [](std::uint64_t position, std::string mark) {
        auto made = made_as(position, "");
        made.metadata = R"({"command":"c","correlation_id":")" + mark + R"("})";
        return made;
    };
    auto const asked = [](std::string mark, result<outcome> answer) {
        auto made = sent("", std::move(answer));
        made.correlation = std::move(mark);
        return made;
    };
    world_of_two of;
    of.log.push_back(made_for(3, "r1"));
    of.add(asked("r1", with_event(3)), 5, 6);
    CHECK(of.broken().empty());
    auto& second = of.add(asked("r2", with_event(3)), 5, 6);
    CHECK(of.is_broken("position 3 is not what was answered"));

    of.log.push_back(made_for(4, "r2"));
    auto& answer = std::get<command_attempt>(second.what).answer;
    answer = fail(errc::unavailable, "log_failed", "nothing was recorded");
    CHECK(of.is_broken("command r2 was not accepted, and it stands at 4"));
    answer = fail(errc::outcome_unknown, "write_failed", "perhaps");
    CHECK(of.broken().empty());
    of.log.push_back(made_for(5, "r2"));
    answer = with_event(4);
    CHECK(of.is_broken("answered with 1 events, and 2 stand"));

    world_of_two uncalled;
    uncalled.log.push_back(made_as(3, ""));
    uncalled.log.back().metadata = "{}";
    CHECK(uncalled.is_broken("position 3 was asked for by nobody"));
}

TEST_CASE("a command is decided on everything that was seen before it began") {
    world_of_commands of;
    of.log.pop_back();
    of.first().answer = outcome{.at = {.position = position{1}}};
    CHECK(of.is_broken("decided at 1.1 after 2 had been seen"));
    of.of.attempts[2]->begun = 3;
    CHECK(of.broken().empty());
}

TEST_CASE("one command id has one answer") {
    auto const again = [](result<outcome> answer) {
        world_of_commands of;
        of.add(sent("k", std::move(answer)), 7, 8).is_sound = true;
        return of;
    };
    CHECK(again(with_event(3)).broken().empty());
    CHECK(again(outcome{.is = outcome::kind::refused, .at = {.position = position{3}}}
    ).is_broken("the same command was answered otherwise before"));
    CHECK(again(fail(errc::failed, "exception", "")).is_broken("it was accepted before:"));
    world_of_two refused;
    for (std::uint64_t at = 2; at <= 3; ++at)
        refused.add(
            sent("k", outcome{.is = outcome::kind::refused, .at = {.position = position{at}}}),
            at * 2 + 1,
            at * 2 + 2
        );
    refused.log.push_back(made_as(3, "another"));
    CHECK(refused.is_broken("the same command was answered otherwise before"));
}

TEST_CASE("a process reacts to each input once, and has one answer to each command") {
    std::pair<std::string, std::string> const asked{"$reaction", asks_for_c};
    std::pair<std::string, std::string> const answer{"$refused", answered("{}")};
    CHECK(with({asked, answer}).broken().empty());
    CHECK(with({asked, answer, asked}).is_broken("p-1 reacts to 1 again at 5"));
    CHECK(with({asked}).is_broken("command p/1/0 of a process has no answer"));
    CHECK(with({asked, answer, {"$failed", answered("{}")}}
    ).is_broken("command p/1/0 is answered again at 5"));
    CHECK(with({answer}).is_broken("3 answers what nobody asked for"));
    auto later = asks_for_c;
    later.replace(later.find(":1,"), 3, ":3,");
    CHECK(with({{"$reaction", later}}).is_broken("3 reacts to what comes later"));
    later.replace(later.find(":3,"), 3, ":2,");
    CHECK(with({asked, {"$reaction", later}, answer})
              .is_broken("command p/1/0 is asked for again at 4"));
    auto other = answered("{}");
    other.replace(other.find(R"("to":"a")"), 8, R"("to":"b")");
    CHECK(with({asked, {"$refused", other}}).is_broken("4 answers another command than p/1/0"));
}

TEST_CASE("what a process is told of a command is what stands of it") {
    std::pair<std::string, std::string> const asked{"$reaction", asks_for_c};
    std::pair<std::string, std::string> const made{"t", "p/1/0"};
    auto const accepted_with = [](std::string_view events) {
        return std::pair<std::string, std::string>{
            "$accepted",
            answered(
                R"({"outcome":"accepted","token":"1.4","events":[)" + std::string(events) + "]}"
            )
        };
    };
    auto const named = R"({"type":"t","stream":"c4","version":1,"position":4})";
    CHECK(with({asked, made, accepted_with(named)}).broken().empty());
    CHECK(with({asked, accepted_with("")}).broken().empty());
    CHECK(with({asked, made, accepted_with("")})
              .is_broken("command p/1/0 is answered by $accepted at 5, and 1 events of it stand"));
    CHECK(with({asked, {"t", "another"}, accepted_with(named)})
              .is_broken("command p/1/0 is answered by $accepted at 5, and 0 events of it stand"));
    for (std::string const type : {"$refused", "$failed"})
        CHECK(with({asked, made, {type, answered("{}")}}
        ).is_broken("command p/1/0 is answered by " + type + " at 5, and 1 events"));
    CHECK(with({made, asked, accepted_with(named)})
              .is_broken("command p/1/0 was asked for at 4 and answered at 5, and it stands at 3"));
    CHECK(with({made}).is_broken("command p/1/0 was sent by nobody, and it stands at 3"));
}

TEST_CASE("a timer comes due once, if it runs, and not too early") {
    auto const reacts = [](int input, std::string start, std::string cancel = "") {
        return std::pair<std::string, std::string>{
            "$reaction",
            R"({"input":)" + std::to_string(input) + R"(,"commands":[],"start":[)" + start +
                R"(],"cancel":[)" + cancel + "]}"
        };
    };
    auto const at = [](int due) { return R"({"timer":"t","due":)" + std::to_string(due) + "}"; };
    auto const comes_due = [](int due, int by) {
        return std::pair<std::string, std::string>{
            "$timer_due",
            R"({"timer":"t","due":)" + std::to_string(due) + R"(,"started_by":)" +
                std::to_string(by) + "}"
        };
    };
    auto const started = reacts(1, at(4));
    CHECK(with({started, comes_due(4, 3)}).broken().empty());
    CHECK(with({started, comes_due(4, 3), comes_due(4, 3)})
              .is_broken("timer t comes due at 5, and does not run"));
    CHECK(with({reacts(1, at(5)), comes_due(5, 3)}).is_broken("timer t comes due too early at 4"));
    CHECK(with({comes_due(2, 1)}).is_broken("timer t comes due at 3, and does not run"));
    CHECK(with({started, comes_due(3, 3)}).is_broken("timer t comes due at 4, and it is another"));
    CHECK(with({started, reacts(2, "", R"("t")"), comes_due(4, 3)})
              .is_broken("timer t comes due at 5, and does not run"));
    CHECK(with({started, reacts(2, at(4)), comes_due(4, 3)})
              .is_broken("timer t comes due at 5, and it is another"));
    CHECK(with({started, reacts(2, at(5), R"("t")"), comes_due(5, 4)}).broken().empty());

    auto left = with({started});
    CHECK(left.broken().empty());
    left.of.rested_at = timestamp{std::chrono::microseconds{4}};
    CHECK(left.is_broken("timer t of p-1, started at 3, has not come due"));
}
