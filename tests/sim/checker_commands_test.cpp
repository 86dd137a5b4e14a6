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

constexpr auto reaction =
    R"({"input":1,"commands":[{"name":"c","id":"p/1/0","body":{"to":"a","id":"x","body":"}"}}],"start":[]})";
constexpr auto answer = R"({"command":"c","id":"p/1/0","input":1,"body":{"id":"x"}})";

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
    auto const with = [](std::vector<std::pair<std::string, std::string>> const& records) {
        world_of_two of;
        for (auto const& [type, data] : records) {
            auto const count = of.log.size();
            of.log.push_back(of_process(count + 1, count - 1, type, data));
        }
        return of;
    };
    CHECK(with({{"$reaction", reaction}, {"$accepted", answer}}).broken().empty());
    CHECK(with({{"$reaction", reaction}, {"$accepted", answer}, {"$reaction", reaction}}
    ).is_broken("p-1 reacts to 1 again at 5"));
    CHECK(with({{"$reaction", reaction}}).is_broken("command p/1/0 of a process has no answer"));
    CHECK(with({{"$reaction", reaction}, {"$accepted", answer}, {"$failed", answer}}
    ).is_broken("command p/1/0 is answered again at 5"));
    constexpr auto due = R"({"timer":"t","due":3,"started_by":1})";
    CHECK(with({{"$timer_due", due}}).broken().empty());
    CHECK(with({{"$timer_due", due}, {"$timer_due", due}}).is_broken("timer t comes due again at 4")
    );
    CHECK(with({{"$timer_due", R"({"timer":"t","due":4,"started_by":1})"}})
              .is_broken("timer t comes due too early at 3"));
    CHECK(with({{"$refused", answer}}).is_broken("3 answers what nobody asked for"));
}
