#include "write/process_house.hpp"

#include <diptych/json_value.hpp>
#include <diptych/process.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>

using namespace diptych;
using namespace std::chrono_literals;
using bank::process_house;

TEST_CASE("a reaction is recorded before its command is sent, and the answer after it") {
    process_house at;
    at.deposit("a", 1);
    at.run();
    CHECK(
        at.types(true) ==
        std::vector<std::string>{"bank.deposited", "$reaction", "bank.deposited", "$accepted"}
    );
    CHECK(
        at.data_of("$reaction").at(0) ==
        R"({"input":1,"commands":[{"name":"deposit","id":"echo/account-a/1/0",)"
        R"("body":{"account":"xa","amount":1}}],"start":[],"cancel":[]})"
    );
    CHECK(
        at.data_of("$accepted").at(0) ==
        R"({"command":"deposit","id":"echo/account-a/1/0","input":1,)"
        R"("body":{"account":"xa","amount":1},"outcome":{"outcome":"accepted","token":"1.3",)"
        R"("events":[{"type":"bank.deposited","stream":"account-xa","version":1,"position":3}],)"
        R"("location":"/views/accounts?account=eq.xa"}})"
    );
    auto const page = at.log->read({.what = {.engine_events = true}}).or_throw();
    CHECK(page[1].stream == "echo-account-a");
    auto const metadata = json::parse(std::string(page[2].metadata)).or_throw();
    CHECK(metadata.root().at("causation_id")->text() == to_string(page[0].id));
    CHECK(metadata.root().at("correlation_id")->text() == to_string(page[0].id));
    auto const environment = json::parse(std::string(page[1].metadata)).or_throw();
    CHECK(environment.root().at("now")->integer() == at.time.now_us);
    CHECK(environment.root().at("seed"));
}

TEST_CASE("a process is told of refusals and failures as well, each once") {
    process_house at;
    at.deposit("a", 4);
    at.deposit("a", 5);
    at.run();
    REQUIRE(at.data_of("$refused").size() == 1);
    CHECK(at.data_of("$refused")[0].find(R"("reason":"insufficient")") != std::string::npos);
    REQUIRE(at.data_of("$failed").size() == 1);
    CHECK(
        at.data_of("$failed")[0].find(
            R"("error":{"kind":"not_found","code":"unknown_command","message":"there is no command 'repair'"})"
        ) != std::string::npos
    );
    at.restart();
    at.run();
    CHECK(at.types(true).size() == 6);
}

TEST_CASE("the state of an instance is the fold of its inputs, answers among them") {
    process_house at;
    at.deposit("a", 1);  // input 1 of a
    at.run();            // its answer: input 2
    at.deposit("b", 1);
    at.pay("a");         // input 3
    at.deposit("a", 0);  // input 4
    at.deposit("a", 1);  // input 5
    SUBCASE("kept in memory") {}
    SUBCASE("folded again") { at.restart(); }
    SUBCASE("folded again after the input that lacks its id") {
        at.run();
        at.restart();
        at.deposit("a", 1);
        at.run();
        CHECK(at.balance_of("xa") == "13");  // 1 + 5, and 7 for input 7
        return;
    }
    at.run();
    CHECK(at.balance_of("xa") == "6");
    CHECK(at.balance_of("xb") == "1");
}

TEST_CASE("an instance of more inputs than a page is folded whole") {
    process_house at;
    for (int i = 0; i < 1'100; ++i) at.deposit("a", 0);
    at.run();
    at.restart();
    at.deposit("a", 1);
    at.run();
    CHECK(at.balance_of("xa") == "1101");
}

TEST_CASE("inputs that ask for nothing leave no record, unless they can not be found otherwise") {
    process_house at;
    at.deposit("a", 0);
    at.pay("a");
    at.run();
    REQUIRE(at.data_of("$reaction").size() == 1);
    CHECK(at.data_of("$reaction")[0] == R"({"input":2,"commands":[],"start":[],"cancel":[]})");
}

TEST_CASE("a process that begins late does not react to what was before") {
    process_house at({.start_after = position{2}});
    at.deposit("a", 1);
    at.deposit("a", 1);
    at.deposit("a", 1);
    at.run();
    CHECK(at.data_of("$reaction").size() == 1);
    CHECK(at.balance_of("xa") == "3");  // but it knows of it
}

TEST_CASE("a command that the machine could not carry out is sent again, and not given up") {
    process_house at;
    auto fails = true;
    at.commands->use([&](call const& what, next_call const& next) -> result<outcome> {
        if (what.options.caller == "$process" && std::exchange(fails, false))
            return fail(errc::failed, "input_output", "disk I/O error");
        return next(what.options);
    });
    at.deposit("a", 1);
    at.run();
    CHECK(at.runner->status().state == write::process_state::waiting);
    CHECK(at.runner->status().last_error->code == "input_output");
    at.time.advance(1h);
    at.run();
    CHECK(at.data_of("$failed").empty());
    CHECK(at.data_of("$accepted").size() == 1);
}

TEST_CASE("a clock that is set back does not make a process rest longer") {
    process_house at;
    auto is_away = true;
    at.commands->use([&](call const& what, next_call const& next) -> result<outcome> {
        if (is_away && what.options.caller == "$process") return fail(errc::unavailable, "away");
        return next();
    });
    at.deposit("a", 1);
    at.run();
    bank::echo_in_use().react_throws = true;
    at.deposit("b", 1);
    at.run();
    bank::echo_in_use().react_throws = false;
    is_away = false;
    CHECK_FALSE(at.runner->step().or_throw());  // both rest
    at.time.advance(-1h);
    at.run();
    CHECK(at.balance_of("xa") == "1");
    CHECK(at.balance_of("xb") == "1");
}

TEST_CASE("a process says whether it runs, waits or is stuck, how far it is, and why") {
    process_house at;
    at.deposit("a", 0);
    at.run();
    auto const well = at.runner->status();
    CHECK(well.state == write::process_state::running);
    CHECK(to_string(well.at) == "1.1");
    CHECK(well.lag == 0);
    CHECK(!well.last_error);

    bank::echo_in_use().react_throws = true;
    at.deposit("a", 1);
    at.deposit("a", 0);
    at.run();
    auto const stuck = at.runner->status();
    CHECK(stuck.state == write::process_state::stuck);
    CHECK(stuck.parked == 2);
    CHECK(stuck.dead == 0);
    CHECK(stuck.lag == 0);
    CHECK(stuck.last_error->message == "react of echo threw std::range_error: react");

    bank::echo_in_use().react_throws = false;
    auto is_away = true;
    at.commands->use([&](call const& what, next_call const& next) -> result<outcome> {
        if (is_away && what.options.caller == "$process") return fail(errc::unavailable, "away");
        return next();
    });
    at.time.advance(1s);
    at.run();
    CHECK(at.runner->status().state == write::process_state::waiting);
    CHECK(at.runner->status().attempts == 1);
    CHECK(at.runner->status().retry_at == at.time.now() + 100ms);
    is_away = false;
    at.time.advance(1s);
    at.run();
    CHECK(at.runner->status().state == write::process_state::running);
}

TEST_CASE("a command that can not be sent for now is sent again under the same id") {
    process_house at;
    auto is_away = true;
    at.commands->use([&](call const& what, next_call const& next) -> result<outcome> {
        if (is_away && what.options.caller == "$process") return fail(errc::unavailable, "away");
        return next();
    });
    at.deposit("a", 1);
    auto rest = 100ms;
    for (int tries = 1; tries <= 12; ++tries) {
        at.run();
        CHECK(at.runner->statistics().sent == static_cast<std::uint64_t>(tries));
        CHECK(at.runner->status().attempts == tries);
        CHECK(at.runner->next_due() == at.time.now() + rest);
        at.time.advance(rest - 1us);
        at.deposit("b", 0);  // hints do not wake it
        at.run();
        CHECK(at.runner->statistics().sent == static_cast<std::uint64_t>(tries));
        at.time.advance(1us);
        rest = std::min<std::chrono::milliseconds>(rest * 2, 30s);
    }
    CHECK(rest == 30s);
    CHECK(at.runner->statistics().open == 1);
    is_away = false;
    at.run();
    CHECK(at.balance_of("xa") == "1");
    CHECK(bank::echo_in_use().reactions == 14);  // the deposit, its answer, and those to b
    CHECK(at.runner->statistics().open == 0);
    CHECK(at.runner->status().attempts == 0);
    CHECK(!at.runner->next_due());
}

TEST_CASE("a timer fires once, when it is due") {
    process_house at;
    at.deposit("a", 2);
    at.run();
    REQUIRE(at.runner->next_due());
    CHECK(at.runner->next_due() == at.time.now() + 60s);
    at.time.advance(59s);
    at.run();
    CHECK(at.data_of("$timer_due").empty());
    at.time.advance(1s);
    at.run();
    CHECK(
        at.data_of("$timer_due") ==
        std::vector<std::string>{R"({"timer":"expiry","due":1785000060000000,"started_by":2})"}
    );
    CHECK(at.balance_of("xa") == "100");
    CHECK(!at.runner->next_due());
    at.time.advance(1h);
    at.run();
    at.restart();
    at.run();
    CHECK(at.data_of("$timer_due").size() == 1);
}

TEST_CASE("timers are started and cancelled in the order in which a reaction says it") {
    auto never = start("expiry", 1min);
    never += start("reminder", 1s);
    never += cancel("expiry");
    REQUIRE(never.started().size() == 1);
    CHECK(never.started()[0].name == "reminder");
    CHECK(never.cancelled() == std::vector<std::string>{"expiry"});  // one may run from before

    auto anew = cancel("expiry");  // records have cancel before start
    anew += start("expiry", 1min);
    CHECK(anew.started().size() == 1);
}

TEST_CASE("what a timer leads to belongs to the conversation that started it") {
    process_house at({.snapshot_after = 1});
    at.execute(
          "deposit",
          bank::money("a", 2),
          {.correlation_id = "talk",
           .traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}
    )
        .or_throw();
    at.run();
    SUBCASE("in the same run") {}
    SUBCASE("in the next one") { at.restart(); }
    at.time.advance(1min);
    at.run();
    auto const page = at.log->read({.what = {.engine_events = true}}).or_throw();
    auto const traceparent = [&](std::size_t i) {
        auto const metadata = json::parse(std::string(page[i].metadata)).or_throw();
        REQUIRE(metadata.root().find("correlation_id"));
        CHECK(metadata.root().at("correlation_id")->text() == "talk");
        return std::string(metadata.root().at("traceparent")->text());
    };
    REQUIRE(page.size() == 6);  // deposited, $reaction, $timer_due, $reaction, deposited, $accepted
    CHECK(page[2].type == "$timer_due");
    for (std::size_t i = 0; i < page.size(); ++i) CHECK(traceparent(i) == traceparent(0));
    auto const timer = json::parse(std::string(page[2].metadata)).or_throw();
    CHECK(timer.root().at("causation_id")->text() == to_string(page[0].id));
}

TEST_CASE("a timer that was cancelled does not fire, one that was started again fires later") {
    process_house at;
    at.deposit("a", 2);
    at.deposit("b", 2);
    at.run();
    CHECK(at.runner->statistics().timers == 2);
    at.time.advance(30s);
    at.deposit("a", 3);
    at.deposit("b", 2);
    at.run();
    CHECK(at.runner->statistics().timers == 1);
    at.time.advance(59s);
    at.run();
    CHECK(at.data_of("$timer_due").empty());
    at.time.advance(1s);
    at.run();
    CHECK(at.data_of("$timer_due").size() == 1);
    CHECK(at.balance_of("xb") == "100");
}

TEST_CASE("a timer that came due while nothing ran fires at the start") {
    process_house at;
    at.deposit("a", 2);
    at.run();
    at.time.advance(1h);
    at.restart();
    at.run();
    CHECK(at.balance_of("xa") == "100");
}

TEST_CASE("what was recorded before a timer was due comes before it, and may cancel it") {
    process_house at;
    at.deposit("a", 2);
    at.run();
    at.time.advance(30s);
    at.deposit("a", 3);  // nobody looks
    at.time.advance(1h);
    at.restart();
    at.run();
    CHECK(at.data_of("$timer_due").empty());
}

TEST_CASE("what was recorded after a timer was due comes after it") {
    process_house at;
    at.deposit("a", 2);
    at.run();
    at.time.advance(60s);
    at.time.step_us = 1;
    at.deposit("b", 1);
    at.deposit("a", 3);
    at.run();
    CHECK(at.balance_of("xa") == "100");  // too late to be cancelled
    CHECK(at.balance_of("xb") == "1");
    CHECK(at.runner->statistics().inputs == 6);  // and two answers, and the timer
}

TEST_CASE("an instance of a long name is reacted to, answered and timed as any other") {
    process_house at;
    auto const longest = std::string(name_size_max - std::string("account-").size(), 'a');
    at.deposit(longest, 5);  // its other account's id would be too long: only answered
    at.deposit(longest, 2);
    at.run();
    auto const page = at.log->read({.what = {.engine_events = true}}).or_throw();
    for (auto const& event : page)
        if (is_engine_type(event.type))
            CHECK(event.stream.size() == std::string("echo-").size() + 64);
    auto const reaction = json::parse(at.data_of("$reaction").at(0)).or_throw();
    CHECK(reaction.root().at("instance")->text() == "account-" + longest);
    auto const id = std::string(reaction.root().at("commands.0.id")->text());
    CHECK(id.size() <= name_size_max);
    CHECK(at.data_of("$failed").size() == 1);
    CHECK(at.runner->statistics().timers == 1);
    CHECK(bank::echo_in_use().reactions == 3);  // of the deposits and of the answer
    SUBCASE("by the same runner") {}
    SUBCASE("by the next one") { at.restart(); }
    at.time.advance(61s);
    at.deposit(longest, 3);
    at.run();
    CHECK(at.runner->statistics().timers == 0);
    CHECK(at.data_of("$timer_due").size() == 1);
    at.deposit("a", 1);  // and nobody else is held up
    at.run();
    CHECK(at.balance_of("xa") == "1");
}

TEST_CASE("a runner counts what it does") {
    process_house at;
    at.deposit("a", 1);
    at.deposit("a", 0);
    at.run();
    auto const counted = at.runner->statistics();
    CHECK(counted.inputs == 3);
    CHECK(counted.reactions == 1);
    CHECK(counted.sent == 1);
    CHECK(counted.at == position{5});
}
