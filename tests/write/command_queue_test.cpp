#include "write/queue_house.hpp"

#include <diptych/json_value.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace diptych;
using namespace std::chrono_literals;
using bank::queue_house;
using bank::state;

namespace {

using texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a command is stored before it is executed, and executed once") {
    queue_house at;
    at.put(queue_house::deposit("c1", "a", 3)).or_throw();
    CHECK(at.balance_of("a") == "0");
    CHECK(at.state_of("c1") == state::waiting);
    CHECK(
        at.data_of("$queued") ==
        texts{
            R"({"id":"c1","command":"bank.deposit","key":"account-a","body":{"account":"a","amount":3}})"
        }
    );
    SUBCASE("in this life") {}
    SUBCASE("in the next") { at.restart(); }
    at.run();
    CHECK(at.balance_of("a") == "3");
    auto const how = at.queue->status("c1").or_throw();
    CHECK(how.is == state::accepted);
    auto const answer = json::parse(how.answer).or_throw();
    CHECK(answer.root().at("events.0.type")->text() == "bank.deposited");
    at.restart();
    at.run();
    CHECK(at.balance_of("a") == "3");
    CHECK(at.state_of("c1") == state::accepted);
    CHECK(at.queue->status("c2").error().code == "not_queued");
}

TEST_CASE("the same id again is the first command, other bytes under it are an error") {
    queue_house at;
    auto const first = at.put(queue_house::deposit("c1", "a", 3)).or_throw();
    auto const again = at.put(queue_house::deposit("c1", "a", 3)).or_throw();
    CHECK(again.repeated);
    CHECK(again.first == first.first);
    CHECK(at.put(queue_house::deposit("c1", "a", 4)).error().code == "command_id_reused");
    at.run();
    CHECK(at.balance_of("a") == "3");
}

TEST_CASE("a command sent again with its delay is the first one") {
    queue_house at;
    auto delayed = queue_house::deposit("c1", "a", 3);
    delayed.not_before = at.time.now() + 1h;
    at.put(delayed).or_throw();
    delayed.not_before = at.time.now() + 2h;
    CHECK(at.put(delayed).or_throw().repeated);
    CHECK(at.queue->next_due() == std::nullopt);
    at.run();
    CHECK(at.queue->status("c1").or_throw().command.not_before < at.time.now() + 90min);
}

TEST_CASE("ids of two callers in one queue never hide each other") {
    queue_house at;
    auto mine = queue_house::deposit("sub:ada/k1", "a", 1);
    mine.command_id = "k1";
    mine.caller = "sub:ada";
    auto other = queue_house::deposit("sub:bob/k1", "b", 1);
    other.command_id = "k1";
    other.caller = "sub:bob";
    at.put(mine).or_throw();
    at.put(other).or_throw();
    auto forged = mine;
    forged.caller = "anonymous";
    CHECK(at.put(forged).error().code == "command_id_reused");
    at.restart();
    at.run();
    CHECK(at.balance_of("a") == "1");
    CHECK(at.balance_of("b") == "1");
    auto direct =
        at.execute("bank.deposit", bank::money("a", 1), {.command_id = "k1", .caller = "sub:ada"});
    CHECK(std::move(direct).or_throw().repeated);
}

TEST_CASE("a crash at any write of the queue loses no command and executes none twice") {
    for (auto const how : {log::memory::store::failure::lost, log::memory::store::failure::kept})
        for (std::size_t write = 0; write < 8; ++write) {
            CAPTURE(write);
            queue_house at;
            for (int i = 0; i < 3; ++i)
                at.put(queue_house::deposit("c" + std::to_string(i), i == 1 ? "b" : "a", 1))
                    .or_throw();
            at.stored->fail_after(write, how);
            for (int steps = 0; steps < 50; ++steps) {
                auto const more = at.queue->step();
                if (!more)
                    at.restart();
                else if (!*more)
                    break;
            }
            at.stored->fail_after(1'000'000, how);
            at.time.advance(1min);
            at.run();
            CHECK(at.balance_of("a") == "2");
            CHECK(at.balance_of("b") == "1");
            CHECK(at.data_of("$accepted").size() == 3);
        }
}

TEST_CASE("commands of one key are executed in order, higher priorities before others") {
    queue_house at({.sends_max = 1});
    at.intercept();
    auto late = queue_house::deposit("low", "c", 1);
    auto first = queue_house::deposit("high", "b", 1);
    first.priority = 9;
    at.put({queue_house::deposit("a1", "a", 1), queue_house::deposit("a2", "a", 1), late, first})
        .or_throw();
    at.run();
    CHECK(at.order == texts{"high", "a1", "a2", "low"});
}

TEST_CASE("a command is not executed before its time, and not after it has expired") {
    queue_house at;
    auto later = queue_house::deposit("later", "a", 1);
    later.not_before = at.time.now() + 1h;
    later.key = "";
    auto short_lived = queue_house::deposit("short", "b", 1);
    short_lived.not_before = at.time.now() + 2h;
    short_lived.expires = at.time.now() + 2h;
    at.put({later, short_lived, queue_house::deposit("now", "a", 5)}).or_throw();
    at.run();
    CHECK(at.balance_of("a") == "5");
    CHECK(at.queue->next_due() == later.not_before);
    at.time.advance(1h);
    at.run();
    CHECK(at.balance_of("a") == "6");
    at.time.advance(1h);
    at.run();
    CHECK(at.balance_of("b") == "0");
    auto const how = at.queue->status("short").or_throw();
    CHECK(how.is == state::failed);
    CHECK(json::parse(how.answer).or_throw().root().at("code")->text() == "expired");
}

TEST_CASE("a refusal ends a command, and is not tried again") {
    queue_house at;
    at.put({.id = "c1", .name = "bank.withdraw", .body = bank::money("a", 1'000), .key = "account-a"
           })
        .or_throw();
    at.run();
    CHECK(at.state_of("c1") == state::refused);
    CHECK(at.statistics("bank.withdraw").refused == 1);
}

TEST_CASE("what is away is tried again without end, and fewer commands are sent at once") {
    queue_house at;
    at.intercept();
    at.fault = error{errc::unavailable, "away", "away"};
    std::vector<write::queued_command> all;
    for (int i = 0; i < 80; ++i)
        all.push_back(queue_house::deposit("c" + std::to_string(i), std::to_string(i), 1));
    at.put(all).or_throw();
    at.run();
    CHECK(at.queue->counts().window == 1);
    CHECK(at.queue->counts().dead == 0);
    for (int i = 0; i < 20; ++i) {
        at.time.advance(30s);
        at.run();
    }
    CHECK(at.queue->counts().dead == 0);
    at.fault.reset();
    at.time.advance(30s);
    at.run();
    CHECK(at.queue->counts().waiting == 0);
    CHECK(at.queue->counts().window > 32);
}

TEST_CASE("a command that fails again and again is a dead letter, and its key waits behind it") {
    queue_house at;
    bank::in_use().decide_throws = true;
    at.put({queue_house::deposit("a1", "a", 1), queue_house::deposit("a2", "a", 2)}).or_throw();
    for (int i = 0; i < 6; ++i) {
        at.run();
        at.time.advance(30s);
    }
    CHECK(at.state_of("a1") == state::dead);
    CHECK(at.state_of("a2") == state::waiting);
    bank::in_use().decide_throws = false;
    SUBCASE("in this life") {}
    SUBCASE("in the next") { at.restart(); }
    at.run();
    at.put(queue_house::deposit("b1", "b", 1)).or_throw();
    at.run();
    CHECK(at.balance_of("b") == "1");
    CHECK(at.balance_of("a") == "0");
    auto const dead = at.queue->list(true, {}, 10).or_throw();
    REQUIRE(dead.size() == 1);
    CHECK(dead[0].id == "a1");
    CHECK(dead[0].attempts == 5);
    CHECK(dead[0].why.code == "exception");
    CHECK(dead[0].body == bank::money("a", 1));
    CHECK(at.queue->retry("a2").error().code == "not_dead");

    at.intercept();
    auto const given_up = at.order.size();
    if (given_up == 0) at.queue->retry("").or_throw();
    at.run();
    CHECK(at.order == texts{"a1", "a2"});
    CHECK(at.balance_of("a") == "3");
}

TEST_CASE("a dead letter that is dropped lets its key go on") {
    queue_house at;
    bank::in_use().decide_throws = true;
    at.put({queue_house::deposit("a1", "a", 1), queue_house::deposit("a2", "a", 2)}).or_throw();
    for (int i = 0; i < 6; ++i) {
        at.run();
        at.time.advance(30s);
    }
    bank::in_use().decide_throws = false;
    at.queue->drop("a1").or_throw();
    CHECK(at.state_of("a1") == state::dropped);
    at.run();
    CHECK(at.balance_of("a") == "2");
    CHECK(at.queue->drop("a1").error().message == "command 'a1' has ended already: dropped");
}

TEST_CASE("what was executed can not be dropped, and what was dropped can not be executed") {
    queue_house at;
    at.put({queue_house::deposit("c1", "a", 3), queue_house::deposit("c2", "b", 4)}).or_throw();
    auto const same = [&](std::string const& id, std::string const& body) {
        return at.commands->execute("bank.deposit", body, {.command_id = id});
    };
    // As before a crash that comes before its answer is on record.
    same("c1", bank::money("a", 3)).or_throw();
    CHECK(at.queue->drop("c1").error().code == "ended_already");
    at.queue->drop("c2").or_throw();
    CHECK(same("c2", bank::money("b", 4)).error().code == "command_id_reused");
    at.run();
    CHECK(at.state_of("c1") == state::accepted);
    CHECK(at.state_of("c2") == state::dropped);
    CHECK(at.balance_of("a") == "3");
    CHECK(at.balance_of("b") == "0");
}

TEST_CASE("what is for later and was executed at once has its answer when it is to be dropped") {
    queue_house at;
    auto later = queue_house::deposit("c1", "a", 3);
    later.not_before = at.time.now() + 1h;
    at.put(later).or_throw();
    at.commands->execute("bank.deposit", bank::money("a", 3), {.command_id = "c1"}).or_throw();
    at.run();
    CHECK(at.state_of("c1") == state::waiting);
    CHECK(at.queue->drop("c1").error().code == "ended_already");
    at.run();
    CHECK(at.state_of("c1") == state::accepted);
    CHECK(at.balance_of("a") == "3");
}

TEST_CASE("of dead commands it is said why the newest is, whatever fails since") {
    queue_house at;
    at.intercept();
    at.fault = error{errc::failed, "defect", "no paper"};
    at.put(queue_house::deposit("c1", "a", 1)).or_throw();
    at.run();
    CHECK(at.queue->status("c1").or_throw().command.retry_at == at.time.now() + 100ms);
    for (int i = 0; i < 5; ++i) {
        at.run();
        at.time.advance(30s);
    }
    CHECK(at.state_of("c1") == state::dead);
    CHECK_FALSE(at.queue->status("c1").or_throw().command.retry_at);
    at.fault = error{errc::unavailable, "away", "away"};
    at.put(queue_house::deposit("c2", "b", 1)).or_throw();
    at.run();
    CHECK(at.queue->counts().last_error.value().message == "away");
    CHECK(at.queue->counts().dead_error.value().message == "c1 (bank.deposit): no paper");
    at.restart();
    at.run();
    CHECK(at.queue->counts().dead_error.value().message == "c1 (bank.deposit): no paper");
    at.queue->drop("c1").or_throw();
    at.run();
    CHECK_FALSE(at.queue->counts().dead_error);
}

TEST_CASE("an outage is no defect: a command that met both is tried as often as any") {
    queue_house at;
    at.intercept();
    at.put(queue_house::deposit("a1", "a", 1)).or_throw();
    at.fault = error{errc::unavailable, "away", "away"};
    for (int i = 0; i < 6; ++i) {
        at.run();
        at.time.advance(30s);
    }
    at.fault = error{errc::failed, "exception", "thrown"};
    at.run();
    CHECK(at.state_of("a1") == state::waiting);
    at.fault.reset();
    at.time.advance(30s);
    at.run();
    CHECK(at.balance_of("a") == "1");
}

TEST_CASE("the key of a command is its first id, if nobody says another") {
    queue_house at;
    CHECK(at.queue->key_of("deposit", bank::money("a", 1)).empty());  // of no kind, in this model
    CHECK(at.queue->key_of("burn", "{}").empty());
}
