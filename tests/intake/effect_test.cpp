// A message has its effect once, and the broker is told when that is so.
#include "intake_fixture.hpp"

namespace diptych::intake {

using namespace std::chrono_literals;

namespace {

error fault_of(errc kind) { return {kind, "as_told", "it can not be done"}; }

}  // namespace

TEST_CASE("the broker is told only when the effect is durable") {
    intake_fixture f;
    f.to.is_held_up = true;
    f.from.publish("m1", "{}");
    f.run();
    CHECK(f.from.told.empty());
    f.to.answer_all();
    CHECK(f.from.told.empty());
    f.run();
    CHECK(f.from.told == std::vector{verdict::done});
    CHECK(f.from.kept.empty());
}

TEST_CASE("what comes again after a crash has no second effect") {
    intake_fixture f;
    f.from.publish("m1", "{}");
    f.from.publish("m2", "{}");
    f.to.is_held_up = true;
    f.run();
    f.to.answer_all();  // done, and nobody hears of it
    f.restart();
    f.to.is_held_up = false;
    f.run();
    CHECK(f.to.text() == "m1, m2");
    CHECK(f.from.told == std::vector{verdict::repeated, verdict::done});
}

TEST_CASE("messages of one key are done in order, also through pauses, and others beside them") {
    intake_fixture f("key = \"{data.batch}\"\n[on.changed]\ncommand = \"change\"\n");
    for (auto const* const id : {"a1", "a2", "b1", "a3"})
        f.from.publish(id, R"({"batch":")" + std::string(id, 1) + "\"}");
    int tries = 0;
    f.to.fault = [&](asked const& what) -> std::optional<error> {
        if (what.message_id == "a1" && tries++ < 3) return fault_of(errc::unavailable);
        return {};
    };
    f.run();
    CHECK(f.to.text() == "b1");
    for (int i = 0; i < 10; ++i) f.run_after(1s);
    CHECK(f.to.text() == "b1, a1, a2, a3");
}

TEST_CASE("no more are taken than may be in hand") {
    intake_fixture f("in_flight = 2\n[on.changed]\ncommand = \"change\"\n");
    f.to.is_held_up = true;
    for (auto const* const id : {"1", "2", "3"}) f.from.publish(id, "{}");
    f.run();
    CHECK(f.channel->status().in_flight == 2);
    CHECK(f.channel->status().counts.received == 2);
}

TEST_CASE("the broker is asked at every step, also when no more may be taken") {
    intake_fixture f("in_flight = 1\n[on.changed]\ncommand = \"change\"\n", {.letters_max = 0});
    f.to.is_held_up = true;
    f.from.publish("m1", "{}");
    f.run();
    auto const before = f.from.asked;
    for (int i = 0; i < 3; ++i) f.run_after(1s);
    CHECK(f.from.asked >= before + 3);
    f.to.answer_all();
    f.from.publish("m2", "{}", "other");
    f.run();
    REQUIRE(f.channel->status().state == endpoint::channel_state::paused);
    auto const paused = f.from.asked;
    for (int i = 0; i < 3; ++i) f.run_after(1s);
    CHECK(f.from.asked >= paused + 3);
}

TEST_CASE("what can not be done for now is tried for ever, with pauses that grow") {
    intake_fixture f;
    int tries = 0;
    f.to.fault = [&](asked const&) -> std::optional<error> {
        ++tries;
        return fault_of(errc::unavailable);
    };
    f.from.publish("m1", "{}");
    for (int i = 0; i < 100; ++i) f.run_after(1s);
    CHECK(tries > 5);
    CHECK(tries < 20);
    CHECK(f.channel->status().dead_letters == 0);
    f.to.fault = {};
    f.channel->resume();
    f.run();
    CHECK(f.to.text() == "m1");
}

TEST_CASE("a broker that is away is tried again after pauses, and that is said") {
    intake_fixture f;
    f.from.is_away = true;
    f.from.publish("m1", "{}");
    f.run();
    auto const waits = f.channel->status();
    CHECK(waits.state == endpoint::channel_state::waiting);
    CHECK(waits.last_error == "nobody is there");
    CHECK(waits.next_try);
    f.from.is_away = false;
    f.run();
    CHECK(f.to.text().empty());
    f.run_after(1s);
    CHECK(f.to.text() == "m1");
    CHECK(f.channel->status().state == endpoint::channel_state::running);
}

TEST_CASE("a refusal is an answer: it is counted and told, and is no dead letter") {
    struct refusing final : effects {
        result<void> check(rule const&) const override { return {}; }
        void carry_out(asked, verdict_taker done) override {
            done(settled{.what = verdict::refused, .why = "no_room: full"});
        }
    } no;
    intake_fixture f;
    f.channel = std::make_unique<incoming>(
        f.how, *f.log, f.time, f.random, no, std::make_unique<scripted_receiver>(f.from)
    );
    f.from.publish("m1", "{}");
    f.run();
    auto const now = f.channel->status();
    CHECK(now.counts.refused == 1);
    CHECK(now.dead_letters == 0);
    CHECK(now.last_error == "no_room: full");
    CHECK(f.from.kept.empty());
}

TEST_CASE("who offers a message is told what became of it, or to come again") {
    intake_fixture f;
    f.channel = std::make_unique<incoming>(
        f.how, *f.log, f.time, f.random, f.to, std::make_unique<offered>()
    );
    std::vector<std::string> said;
    auto const offer = [&](std::string id) {
        delivery one{.topic = "changed", .headers = {{"idempotency-key", std::move(id)}}};
        one.body = "{}";
        f.channel
            ->offer(
                std::move(one),
                [&](result<settled> what) {
                    said.emplace_back(what ? to_string(what->what) : what.error().message);
                }
            )
            .or_throw();
        f.run();
    };
    offer("m1");
    offer("m1");
    f.to.fault = [](asked const&) { return fault_of(errc::unavailable); };
    offer("m2");
    f.to.fault = [](asked const&) { return fault_of(errc::invalid); };
    offer("m3");
    CHECK(said == std::vector<std::string>{"done", "repeated", "it can not be done", "parked"});
    CHECK(f.channel->status().in_flight == 0);
}

TEST_CASE("who offers a message and is not answered before the end is told to come again") {
    intake_fixture f;
    f.to.is_held_up = true;
    f.channel = std::make_unique<incoming>(
        f.how, *f.log, f.time, f.random, f.to, std::make_unique<offered>()
    );
    std::optional<error> said;
    f.channel
        ->offer(
            {.topic = "changed", .body = "{}"}, [&](result<settled> what) { said = what.error(); }
        )
        .or_throw();
    f.run();
    f.channel.reset();
    REQUIRE(said);
    CHECK(said->kind == errc::unavailable);
}

TEST_CASE("who offers a message to a channel that takes nothing is told to come again") {
    intake_fixture f(one_rule, {.letters_max = 0});
    f.channel = std::make_unique<incoming>(
        f.how, *f.log, f.time, f.random, f.to, std::make_unique<offered>(), f.options
    );
    std::vector<std::string> said;
    auto const offer = [&](std::string topic) {
        f.channel
            ->offer(
                {.topic = std::move(topic), .body = "{}"},
                [&](result<settled> what) {
                    said.emplace_back(what ? to_string(what->what) : what.error().code);
                }
            )
            .or_throw();
        f.run();
    };
    offer("other");
    offer("changed");
    CHECK(said == std::vector<std::string>{"parked", "intake_paused"});
    f.channel->drop(f.letters()[0].number).or_throw();
    offer("changed");
    CHECK(said.back() == "done");
}

TEST_CASE("who offers a message that can not be recorded is told to come again") {
    intake_fixture f;
    f.channel = std::make_unique<incoming>(
        f.how, *f.log, f.time, f.random, f.to, std::make_unique<offered>()
    );
    f.run();
    f.log->close().or_throw();
    std::optional<error> said;
    f.channel
        ->offer(
            {.topic = "other", .body = "{}"}, [&](result<settled> what) { said = what.error(); }
        )
        .or_throw();
    CHECK_FALSE(f.channel->step());
    REQUIRE(said);
    CHECK(said->code == "intake_failing");
    CHECK(f.channel->status().state == endpoint::channel_state::failing);
}

}  // namespace diptych::intake
