// What can not be done is a dead letter, and holds nothing up.
#include "intake_fixture.hpp"

namespace diptych::intake {

using namespace std::chrono_literals;

namespace {

std::optional<error> failing(asked const& what) {
    if (what.message_id != "m1") return {};
    return error{errc::failed, "user_code", "it threw"};
}

}  // namespace

TEST_CASE("what no rule is for and what is no JSON are kept with all they say") {
    intake_fixture f;
    f.from.publish("m1", "{}", "other");
    f.from.publish("m2", "{ no");
    f.from.publish("m3", "{}");
    f.from.kept[0].headers = {
        {"x", "1"}, {"x-api-key", "hush"}, {"authorization", "Basic eA=="}, {"y", "\xff"}
    };
    f.run();
    CHECK(f.to.text() == "m3");
    CHECK(f.from.kept.empty());
    auto const now = f.channel->status();
    CHECK(now.counts.unmapped == 1);
    CHECK(now.counts.malformed == 1);
    f.restart();
    f.run();
    auto const all = f.letters();
    REQUIRE(all.size() == 2);
    CHECK(all[0].what.message_id == "m1");
    CHECK(all[0].what.type == "other");
    CHECK(all[0].what.why.contains("no [on] for messages of type 'other'"));
    CHECK(all[0].message.topic == "other");
    CHECK(all[0].message.headers == decltype(delivery::headers){{"x", "1"}, {"y", "\xff"}});
    CHECK(all[1].message.body == "{ no");
}

TEST_CASE("what fails again and again is a dead letter after as many tries as the file says") {
    intake_fixture f("attempts_max = 3\n[on.changed]\ncommand = \"change\"\n");
    f.to.fault = failing;
    f.from.publish("m1", "{}");
    f.from.publish("m2", "{}");
    for (int i = 0; i < 10; ++i) f.run_after(10s);
    auto const all = f.letters();
    REQUIRE(all.size() == 1);
    CHECK(all[0].what.attempts == 3);
    CHECK(all[0].what.why == "it threw");
    CHECK(f.to.text() == "m2");
    CHECK(f.from.told == std::vector{verdict::parked, verdict::done});
}

TEST_CASE("a dead letter that comes again, as the broker was not told, is not a second one") {
    intake_fixture f;
    f.from.publish("m1", "{}", "other");
    auto const again = f.from.kept;
    f.run();
    f.from.kept = again;
    f.restart();
    f.run();
    CHECK(f.letters().size() == 1);
    CHECK(f.from.kept.empty());
}

TEST_CASE("messages of one id that say different things are different dead letters") {
    intake_fixture f("id = \"same\"\n[on.changed]\ncommand = \"change\"\n");
    f.from.publish("p1", R"({"a":1})", "other");
    f.from.publish("p2", R"({"a":2})", "other");
    f.run();
    f.restart();
    f.from.publish("p3", R"({"a":2})", "other");
    f.run();
    CHECK(f.letters().size() == 2);
}

TEST_CASE("a dead letter is retried under its id, and is one until that is done") {
    intake_fixture f("attempts_max = 1\n[on.changed]\ncommand = \"change\"\n");
    f.to.fault = failing;
    f.from.publish("m1", R"({"a":1})");
    f.run();
    auto const number = f.letters()[0].number;
    f.channel->retry(number).or_throw();
    f.run();
    CHECK(f.letters()[0].what.attempts == 2);
    CHECK_FALSE(f.letters()[0].what.goes_on);
    f.to.fault = {};
    f.to.is_held_up = true;
    f.channel->retry(number).or_throw();
    f.run();
    CHECK(f.letters()[0].what.goes_on);
    CHECK(f.channel->drop(number).error().code == "letter_goes_on");
    f.to.answer_all();
    f.run();
    CHECK(f.to.text() == "m1");
    CHECK(f.letters().empty());
    f.restart();
    CHECK(f.letters().empty());
    CHECK(f.channel->retry(number).error().code == "no_such_dead_letter");
}

TEST_CASE("a message without an id has the same one at each retry") {
    intake_fixture f("attempts_max = 1\n[on.changed]\ncommand = \"change\"\n");
    f.to.fault = [](asked const&) { return error{errc::failed, "user_code", "it threw"}; };
    f.from.publish("", "{}");
    f.run();
    auto const id = f.letters()[0].what.message_id;
    CHECK(id.size() == 36);
    f.to.fault = {};
    f.channel->retry(f.letters()[0].number).or_throw();
    f.run();
    CHECK(f.to.text() == id);
}

TEST_CASE("a dead letter keeps the id that it came with, also when the file says another one now") {
    intake_fixture f;
    f.from.publish("m1", "{}", "other");
    f.run();
    f.how = declared("id = \"new-{topic}\"\n[on.\"*\"]\ncommand = \"change\"\n");
    f.restart();
    f.channel->retry(f.letters()[0].number).or_throw();
    f.run();
    CHECK(f.to.text() == "m1");
}

TEST_CASE("a dead letter whose id was too long for any effect is retried under one that is not") {
    intake_fixture f;
    f.from.publish("m1", "{}", "other");
    f.run();
    auto const kept = f.letters()[0];
    auto what = kept.what;
    what.message_id = std::string(300, 'i');
    f.log->append({.events = {letter_parked_record(f.how, what, kept.message)}}).or_throw();
    f.how = declared("[on.\"*\"]\ncommand = \"change\"\n");
    f.restart();
    CHECK(f.channel->retry_all().or_throw() == 2);
    f.run();
    CHECK(f.to.text() == "m1");
    CHECK(f.letters().empty());
}

TEST_CASE("a dead letter is dropped, and stays so") {
    intake_fixture f;
    for (auto const* const id : {"m1", "m2"}) f.from.publish(id, "{}", "other");
    f.run();
    f.channel->drop(f.letters()[0].number).or_throw();
    f.restart();
    REQUIRE(f.letters().size() == 1);
    CHECK(f.letters()[0].what.message_id == "m2");
}

TEST_CASE("all dead letters are retried that can be, when the file is right") {
    intake_fixture f;
    for (auto const* const id : {"m1", "m2"}) f.from.publish(id, "{}", "other");
    f.from.publish("m3", "no json");
    f.run();
    CHECK(f.channel->retry_all().or_throw() == 0);
    f.how = declared("[on.\"*\"]\ncommand = \"change\"\n");
    f.restart();
    CHECK(f.channel->retry_all().or_throw() == 2);
    f.run();
    CHECK(f.to.text() == "m1, m2");
    CHECK(f.letters().size() == 1);
}

TEST_CASE("with too many dead letters it takes nothing more, until one is gone") {
    intake_fixture f("in_flight = 1\n[on.changed]\ncommand = \"change\"\n", {.letters_max = 2});
    for (auto const* const id : {"m1", "m2", "m3", "m4"}) f.from.publish(id, "{}", "other");
    f.run();
    CHECK(f.channel->status().state == endpoint::channel_state::paused);
    CHECK(f.from.kept.size() == 1);
    f.channel->drop(f.letters()[0].number).or_throw();
    f.channel->drop(f.letters()[0].number).or_throw();
    f.run();
    CHECK(f.from.kept.empty());
}

TEST_CASE("of a dead letter that is too large the beginning is kept, and that is said") {
    intake_fixture f(one_rule, {.body_max = 10});
    f.from.publish("m1", std::string(100, 'x'));
    f.run();
    CHECK(f.letters()[0].message.body == "xxxxxxxxxx");
    CHECK(f.letters()[0].what.why.contains("of its 100 bytes the first 10 are kept"));
}

TEST_CASE("a message whose type is larger than an append is a dead letter, and stops nothing") {
    intake_fixture f;
    f.from.publish("m1", "{}", std::string(5u << 20, 't'));
    f.from.kept[0].key = std::string(5u << 20, 'k');
    f.from.kept[0].headers = {{"x", std::string(5u << 20, 'h')}};
    f.from.publish("m2", "{}");
    f.run();
    CHECK(f.to.text() == "m2");
    CHECK(f.from.kept.empty());
    f.restart();
    auto const all = f.letters();
    REQUIRE(all.size() == 1);
    CHECK(all[0].what.message_id == "m1");
    CHECK(all[0].what.type.size() < 1'000);
    CHECK(all[0].what.why.size() < 1'000);
    CHECK(all[0].message.key.size() < 10'000);
    CHECK(all[0].message.body == "{}");
    CHECK(f.channel->retry(all[0].number).error().code == "letter_cut");
    CHECK(f.channel->retry_all().or_throw() == 0);
    CHECK(f.channel->status().last_error.size() < 1'000);
}

TEST_CASE("of a dead letter that the log does not take its id is kept, and others whole") {
    intake_fixture f(one_rule, {.body_max = 32u << 20});
    f.from.publish("m1", "{}", "other");
    f.from.publish("m2", std::string(9u << 20, 'x'));
    f.from.publish("m3", "{}", "other");
    f.run();
    CHECK(f.from.kept.empty());
    auto const all = f.letters();
    REQUIRE(all.size() == 3);
    CHECK(all[0].message.body == "{}");
    CHECK(all[1].what.message_id == "m2");
    CHECK(all[1].what.why.contains("nothing of it could be kept"));
    CHECK(all[1].message.place == "m2");
    CHECK(all[1].message.body.empty());
    CHECK(all[2].message.topic == "other");
}

TEST_CASE("a page of dead letters ends when it is large, and says that there are more") {
    intake_fixture f(one_rule, {.page_bytes_max = 3'000});
    for (auto const* const id : {"m1", "m2", "m3", "m4", "m5"})
        f.from.publish(id, std::string(1'000, 'x'));
    f.run();
    auto const first = f.page(100);
    CHECK(first.all.size() == 3);
    CHECK_FALSE(first.at_end);
    auto const rest = f.page(100, first.all.back().number);
    CHECK(rest.all.size() == 2);
    CHECK(rest.at_end);
    CHECK(f.page(5).at_end == false);
}

TEST_CASE("dead letters that are retried take no room from what comes") {
    intake_fixture f("in_flight = 1\nattempts_max = 1\n[on.changed]\ncommand = \"change\"\n");
    f.to.fault = failing;
    f.from.publish("m1", "{}");
    f.from.publish("m2", "{}");
    f.run();
    f.to.fault = [](asked const& what) -> std::optional<error> {
        if (what.message_id != "m1") return {};
        return error{errc::unavailable, "as_told", "not now"};
    };
    f.channel->retry(f.letters()[0].number).or_throw();
    f.run();
    f.from.kept.push_back({.place = "k1", .topic = "changed", .body = "{}"});
    f.run();
    CHECK(f.channel->status().counts.received == 3);
}

TEST_CASE("a channel that nobody steps retries nothing and takes nothing, and says so") {
    intake_fixture f;
    f.from.publish("m1", "{}", "other");
    f.run();
    f.restart();
    f.channel->look().or_throw();
    REQUIRE(f.letters().size() == 1);
    CHECK(f.channel->retry(f.letters()[0].number).error().code == "intake_not_served");
    CHECK(f.channel->retry_all().error().code == "intake_not_served");
    CHECK(f.channel->offer({}, {}).error().code == "intake_not_served");
    CHECK(f.channel->expect_served().error().code == "intake_not_served");
    CHECK(f.channel->status().state == endpoint::channel_state::stopped);
    f.channel->drop(f.letters()[0].number).or_throw();
    CHECK(f.letters().empty());
}

TEST_CASE("a dead letter whose recording had no answer is there once") {
    for (auto const how : {log::memory::store::failure::kept, log::memory::store::failure::lost}) {
        intake_fixture f;
        f.run();
        f.stored->fail_after(0, how);
        f.from.publish("m1", "{}", "other");
        CHECK_FALSE(f.channel->step());
        f.run();
        CHECK(f.letters().size() == 1);
        f.restart();
        CHECK(f.letters().size() == 1);
        f.channel->drop(f.letters()[0].number).or_throw();
        CHECK(f.letters().empty());
    }
}

}  // namespace diptych::intake
