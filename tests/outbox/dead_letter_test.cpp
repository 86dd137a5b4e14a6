// What operators are shown of dead letters, and where a channel stands that may have no more.
#include "outbox/refusing.hpp"

using namespace diptych;
using namespace diptych::outbox;

TEST_CASE("what finds no room among the dead letters holds it up, and not one that has its room") {
    outbox_fixture at("on_refused = \"park\"\nattempts_max = 1\n", {.letters_max = 1});
    at.append("order-1");
    at.append("order-2");
    refuse(at, "order-1", 1);
    at.run();
    at.append("order-2");
    at.to.decide = [](message const&) { return fate::refused; };
    at.to.turn = [](std::size_t asked) {  // together: the one that was parked is the last
        return asked == 2 ? std::vector<std::size_t>{0, 1} : std::vector<std::size_t>{};
    };
    at.channel->step().or_throw();
    at.channel->retry("order-1").or_throw();
    for (int i = 0; i < 3; ++i) at.channel->step().or_throw();
    CHECK(at.to.asked.empty());
    CHECK(at.channel->status().state == endpoint::channel_state::paused);
    CHECK(at.channel->status().paused_stream == "order-2");
    auto const all = at.channel->dead_letters({}, 10).or_throw();
    REQUIRE(all.size() == 1);
    CHECK(all[0].what.stream == "order-1");
    CHECK_FALSE(all[0].what.goes_on);
}

TEST_CASE("after its first message is dropped a dead letter tells of the one that is first now") {
    outbox_fixture at(parking);
    at.how = declared(std::string(parking) + "types = [\"bad\", \"good\"]\n");
    at.restart();
    at.append("order-1", "bad");
    at.append("order-1", "other");
    auto const second = at.append("order-1", "good").position;
    refuse(at, "order-1", 1);
    insist(at);
    at.restart();
    at.channel->look().or_throw();
    at.channel->drop("order-1").or_throw();
    for (int lives = 0; lives < 2; ++lives) {
        auto const all = at.channel->dead_letters({}, 10).or_throw();
        REQUIRE(all.size() == 1);
        CHECK(all[0].what.version == version{3});
        CHECK(all[0].what.type == "good");
        CHECK(all[0].what.position == second);
        CHECK(all[0].what.event_id.size() == 36);
        CHECK(all[0].what.attempts == 0);
        CHECK(all[0].what.why.empty());
        CHECK(all[0].what.goes_on);
        CHECK(all[0].behind == 0);
        at.restart();
    }
}

TEST_CASE("of a dead letter whose last message was dropped nothing is told that is not so") {
    outbox_fixture at(parking);
    at.append("order-1");
    refuse(at, "order-1", 1);
    insist(at);
    at.restart();
    at.channel->look().or_throw();
    at.channel->drop("order-1").or_throw();
    auto const all = at.channel->dead_letters({}, 10).or_throw();
    REQUIRE(all.size() == 1);
    CHECK(all[0].what.version == version{2});
    CHECK(all[0].what.type.empty());
    CHECK(all[0].what.event_id.empty());
    CHECK(all[0].what.position == position{});
}
