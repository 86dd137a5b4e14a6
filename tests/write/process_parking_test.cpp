#include "write/process_house.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace diptych;
using namespace std::chrono_literals;
using bank::process_house;

namespace {

// Of account "a" the react throws.
struct failing_house : process_house {
    failing_house() : process_house({.attempts_max = 4}) {
        bank::echo_in_use().throws_for = "account-a";
    }
    ~failing_house() { bank::echo_in_use().throws_for.clear(); }
    void mend() { bank::echo_in_use().throws_for.clear(); }

    /// Until it is given up.
    void wear_out() {
        for (int tries = 0; tries < 4; ++tries) {
            run();
            time.advance(30s);
        }
        run();
    }
};

}  // namespace

TEST_CASE("an input that can not be reacted to stops its instance only") {
    failing_house at;
    at.deposit("a", 1);
    at.deposit("b", 1);
    at.deposit("a", 1);
    at.deposit("b", 1);
    at.run();
    CHECK(at.balance_of("xb") == "3");  // 1, then 2: with the second input
    CHECK(at.balance_of("xa") == "0");
    auto const parked = at.runner->parked({}, 10).or_throw();
    REQUIRE(parked.size() == 2);
    CHECK(parked[0].input == position{1});
    CHECK(parked[0].instance == "account-a");
    CHECK(parked[0].attempts == 1);
    CHECK(parked[0].why.kind == errc::failed);
    CHECK(parked[0].why.message == "react of echo threw std::range_error: react");
    CHECK(parked[1].input == position{3});
    CHECK(parked[1].attempts == 0);  // it waits behind
    CHECK(
        at.data_of("$parked") ==
        std::vector<std::string>{
            R"({"input":1,"attempts":1,"error":{"kind":"failed","code":"exception",)"
            R"("message":"react of echo threw std::range_error: react"}})",
            R"({"input":3,"attempts":0})"
        }
    );
    SUBCASE("what was parked is reacted to in order when it can be") {
        at.mend();
        SUBCASE("in this life") {}
        SUBCASE("in the next") { at.restart(); }
        at.time.advance(1s);
        at.run();
        CHECK(at.balance_of("xa") == "3");  // no input was folded twice
        CHECK(at.runner->parked({}, 10).or_throw().empty());
        CHECK(at.runner->status().state == write::process_state::running);
    }
    SUBCASE("it is not tried before its rest is over") {
        at.mend();
        at.time.advance(99ms);
        at.run();
        CHECK(at.balance_of("xa") == "0");
        CHECK(at.runner->next_due() == at.time.now() + 1ms);
    }
    SUBCASE("its rest grows") {
        at.time.advance(100ms);
        at.run();
        CHECK(at.runner->next_due() == at.time.now() + 200ms);
    }
    SUBCASE("it is tried at once when a person says so") {
        at.mend();
        CHECK(at.runner->retry("account-a").or_throw() == 1);
        at.run();
        CHECK(at.balance_of("xa") == "3");
    }
    SUBCASE("what is parked is listed page by page") {
        auto const first = at.runner->parked({}, 1).or_throw();
        REQUIRE(first.size() == 1);
        auto const second = at.runner->parked(first[0].input, 1).or_throw();
        REQUIRE(second.size() == 1);
        CHECK(second[0].input == position{3});
    }
}

TEST_CASE("an input that fails again and again is given up until a person says otherwise") {
    for (auto const in_the_next_life : {false, true})
        for (auto const* const whose : {"account-a", ""}) {
            CAPTURE(in_the_next_life);
            failing_house at;
            at.deposit("a", 1);
            at.deposit("a", 1);
            at.wear_out();
            CHECK(bank::echo_in_use().reactions == 4);
            CHECK(at.runner->status().dead == 1);
            CHECK(at.runner->status().state == write::process_state::stuck);
            CHECK(at.data_of("$parked").back().starts_with(R"({"input":1,"attempts":4,"dead":true,)"
            ));
            at.mend();
            at.time.advance(1h);
            if (in_the_next_life) at.restart();
            at.run();
            CHECK(bank::echo_in_use().reactions == 4);
            CHECK(at.runner->status().dead == 1);

            CHECK(at.runner->retry("account-b").error().code == "not_parked");
            CHECK(at.runner->retry(whose).or_throw() == 1);
            at.run();
            CHECK(at.balance_of("xa") == "3");
            CHECK(at.runner->status().dead == 0);
            CHECK(at.runner->retry("").or_throw() == 0);
        }
}

TEST_CASE("an input that is given up by a person was never one") {
    failing_house at;
    at.deposit("a", 1);
    at.deposit("a", 1);
    at.deposit("a", 1);
    at.run();
    CHECK(at.runner->drop(position{9}).error().code == "not_parked");
    at.runner->drop(position{1}).or_throw();
    at.mend();
    SUBCASE("in this life") {}
    SUBCASE("in the next") { at.restart(); }
    at.time.advance(1s);
    at.run();
    CHECK(at.balance_of("xa") == "3");  // 1 and 2: of the second and the third
    CHECK(at.data_of("$dropped") == std::vector<std::string>{R"({"input":1})"});
    at.restart();
    at.deposit("a", 1);
    at.run();
    CHECK(at.balance_of("xa") == "8");  // its 5th input: three deposits and two answers before
}

TEST_CASE("an input that can not be read for the instance it is of is parked with what it names") {
    process_house at;
    at.log->append({.events = {{.stream = "account-a", .type = "bank.deposited", .data = "[1]"}}}
    ).or_throw();
    at.log->append({.events = {{.stream = "payment-1", .type = "bank.paid", .data = "[1]"}}}
    ).or_throw();
    at.deposit("a", 1);
    at.deposit("b", 1);
    at.run();
    auto const parked = at.runner->parked({}, 10).or_throw();
    REQUIRE(parked.size() == 3);
    CHECK(parked[0].instance == "account-a");
    CHECK(parked[1].instance == "unknown");
    CHECK(parked[2].instance == "account-a");
    CHECK(at.balance_of("xb") == "1");
    at.runner->drop(position{1}).or_throw();
    at.runner->drop(position{2}).or_throw();
    at.run();
    CHECK(at.balance_of("xa") == "1");
    CHECK(at.runner->status().state == write::process_state::running);
}

TEST_CASE("inputs that nobody can read do not wait for each other") {
    process_house at({.attempts_max = 2});
    for (int i = 0; i < 3; ++i)
        at.log->append({.events = {{.stream = "payment-1", .type = "bank.paid", .data = "[1]"}}}
        ).or_throw();
    for (int i = 0; i < 3; ++i) {
        at.run();
        at.time.advance(30s);
    }
    at.run();
    CHECK(at.runner->status().dead == 3);
}

TEST_CASE("a key that is no name parks its input, and stops no other") {
    process_house at;
    at.pay("a\\nb");
    at.deposit("b", 1);
    at.run();
    CHECK(at.balance_of("xb") == "1");
    auto const parked = at.runner->parked({}, 10).or_throw();
    REQUIRE(parked.size() == 1);
    CHECK(parked[0].why.code == "bad_key");
}

TEST_CASE("an instance shows what it has done and what it waits for") {
    failing_house at;
    at.deposit("b", 1);
    at.deposit("b", 2);
    at.run();
    at.deposit("a", 1);
    at.run();
    auto const shown = at.runner->show("account-b").or_throw();
    CHECK(shown.is.name == "account-b");
    CHECK(shown.is.started == position{1});
    CHECK(shown.is.reactions == 2);
    CHECK(!shown.is.finished);
    CHECK(shown.open.empty());
    REQUIRE(shown.timers.size() == 1);
    CHECK(shown.timers[0].name == "expiry");
    auto const stuck = at.runner->show("account-a").or_throw();
    REQUIRE(stuck.parked.size() == 1);
    CHECK(at.runner->show("account-z").error().code == "unknown_instance");

    using filter = write::instance_table::filter;
    auto const names = [&](filter which) {
        std::vector<std::string> all;
        for (auto const& one : at.runner->list(which, "", 10).or_throw()) all.push_back(one.name);
        return all;
    };
    CHECK(names(filter::all) == std::vector<std::string>{"account-a", "account-b"});
    CHECK(names(filter::parked) == std::vector<std::string>{"account-a"});
    CHECK(names(filter::finished).empty());
    CHECK(names(filter::running) == std::vector<std::string>{"account-a", "account-b"});
}
