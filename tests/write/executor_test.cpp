#include "write/echo_process.hpp"
#include "write/house.hpp"

#include <diptych/json_value.hpp>

#include <doctest/doctest.h>

#include <stdexcept>

using namespace diptych;
using bank::charge;
using bank::house;
using bank::linked;
using bank::money;

TEST_CASE("an accepted command answers its events with stream, version, position and token") {
    house at;
    REQUIRE(at.execute("deposit", money("a", 5)));
    auto const answer = at.execute("transfer", bank::transfer("a", "b", 3)).or_throw();
    CHECK(answer.accepted());
    CHECK(to_string(answer.at) == "1.3");
    REQUIRE(answer.events.size() == 2);
    CHECK(
        answer.events[0] == event_summary{"bank.withdrawn", "account-a", version{2}, position{2}}
    );
    CHECK(
        answer.events[1] == event_summary{"bank.deposited", "account-b", version{1}, position{3}}
    );
    CHECK(at.balance_of("a") == "2");
}

TEST_CASE("a refused command answers reason and detail and records nothing") {
    house at;
    REQUIRE(at.execute("deposit", money("a", 5)));
    auto const answer = at.execute("withdraw", money("a", 6)).or_throw();
    CHECK(!answer.accepted());
    CHECK(answer.reason == "insufficient");
    CHECK(answer.detail == "only 5");
    CHECK(to_string(answer.at) == "1.1");
    CHECK(at.types().size() == 1);
}

TEST_CASE("a command that changes nothing is accepted without events") {
    house at;
    auto const answer = at.execute("withdraw", money("a", 0)).or_throw();
    CHECK(answer.accepted());
    CHECK(answer.events.empty());
    CHECK(at.types().empty());
}

TEST_CASE("the location of the result comes with an accepted command") {
    house at;
    auto const answer = at.execute("deposit", money("a", 5)).or_throw();
    CHECK(answer.location == "/views/accounts?account=eq.a");
}

TEST_CASE("a command is found by its full name, and by its short one as long as it is the only one"
) {
    house at;
    CHECK(at.execute("bank.deposit", money("a", 5)));
    CHECK(at.execute("deposit", money("a", 5)));
    CHECK(at.execute("repair", money("a", 5)).error().kind == errc::not_found);

    auto other = bank::make_context();
    for (auto& command : other.commands) command.context = "other";
    REQUIRE(at.commands->add(other));
    CHECK(at.execute("bank.deposit", money("a", 5)));
    CHECK(at.execute("deposit", money("a", 5)).error().code == "ambiguous_name");
    CHECK(at.commands->add(other).error().code == "name_taken");
    CHECK(at.commands->commands().size() == 14);
}

TEST_CASE("two contexts have no process of one name") {
    house at;
    model::context one;
    one.name = "one";
    one.processes.push_back(bank::echo());
    auto other = one;
    other.name = "other";
    REQUIRE(at.commands->add(one));
    auto const taken = at.commands->add(other);
    REQUIRE(!taken);
    CHECK(taken.error().kind == errc::invalid);
    CHECK(taken.error().message == "there is more than one process 'echo': one and other");
    CHECK(at.commands->contexts().size() == 2);
}

TEST_CASE("a malformed command is invalid and says where") {
    house at;
    auto const answer = at.execute("deposit", R"({"account":"a","amount":"two"})");
    REQUIRE(!answer);
    CHECK(answer.error().kind == errc::invalid);
    CHECK(answer.error().facts.at(0).second == "\"amount\"");
    CHECK(at.statistics("bank.deposit").invalid == 1);
}

TEST_CASE("who, why and what led to it is recorded with the events") {
    house at;
    REQUIRE(at.execute(
        "deposit",
        money("a", 5),
        {.command_id = "c1",
         .caller = "ada",
         .user = "ada@example.org",
         .reason = "a gift",
         .correlation_id = "k1",
         .causation_id = "e1",
         .traceparent = "00-1-2-01"}
    ));
    auto const page = at.log->read({}).or_throw();
    CHECK(
        page[0].metadata ==
        R"({"command":"bank.deposit","command_id":"c1","correlation_id":"k1","causation_id":"e1",)"
        R"("user":"ada@example.org","reason":"a gift","traceparent":"00-1-2-01"})"
    );
}

TEST_CASE("the command id is the correlation id when none is given") {
    house at;
    REQUIRE(at.execute("deposit", money("a", 5), {.command_id = "c1"}));
    auto const page = at.log->read({}).or_throw();
    auto const metadata = json::parse(std::string(page[0].metadata)).or_throw();
    CHECK(metadata.root().at("correlation_id")->text() == "c1");
}

TEST_CASE("the environment is drawn once, kept when a command is decided again, and recorded") {
    house at;
    bank::interrupt([&] { at.execute("deposit", money("a", 1)).or_throw(); });
    auto const seed = (at.random.value.load()) * 0x9E3779B97F4A7C15ull;  // what is drawn next
    REQUIRE(at.execute("draw", bank::account("a")));
    CHECK(bank::in_use().decisions == 3);  // draw, the deposit in between, draw again
    CHECK(at.statistics("bank.draw").redecided == 1);

    auto const page = at.log->read({.what = {.items = {{.types = {"bank.drawn"}}}}}).or_throw();
    auto const metadata = json::parse(std::string(page[0].metadata)).or_throw();
    CHECK(metadata.root().at("seed")->text() == std::to_string(seed));
    CHECK(metadata.root().at("now")->integer() == at.time.now_us);
    environment const again{at.time.now(), seed};
    auto const data = json::parse(std::string(page[0].data)).or_throw();
    CHECK(
        static_cast<std::uint64_t>(data.root().at("number")->integer()) ==
        again.random() % 1'000'000
    );
}

TEST_CASE("what user code throws fails its own command with the type's name") {
    house at;
    bank::in_use().decide_throws = true;
    auto const failed = at.execute("deposit", money("a", 5));
    REQUIRE(!failed);
    CHECK(failed.error().kind == errc::failed);
    CHECK(failed.error().code == "exception");
    CHECK(failed.error().message == "decide of bank.deposit threw std::domain_error: no");
    CHECK(at.statistics("bank.deposit").failed == 1);
    bank::in_use().decide_throws = false;
    CHECK(at.execute("deposit", money("a", 5)));

    bank::in_use().evolve_throws = true;
    auto const other = at.execute("withdraw", money("a", 5));
    REQUIRE(!other);
    CHECK(other.error().message == "evolve of balance threw std::out_of_range: evolve");
    bank::in_use().evolve_throws = false;
    CHECK(at.execute("withdraw", money("a", 5)).or_throw().accepted());
}

TEST_CASE("what user code throws inside the commit step fails its own command only") {
    house at;
    REQUIRE(at.execute("deposit", money("a", 5)));
    bank::in_use().decide_throws = true;
    auto const failed = at.execute("withdraw", money("a", 5), {.mode = concurrency::pessimistic});
    REQUIRE(!failed);
    CHECK(failed.error().kind == errc::failed);
    bank::in_use().decide_throws = false;
    CHECK(at.execute("withdraw", money("a", 5)).or_throw().accepted());
}

TEST_CASE("statistics count how commands of each type ended") {
    house at;
    REQUIRE(at.execute("deposit", money("a", 5)));
    REQUIRE(at.execute("withdraw", money("a", 9)));
    REQUIRE(at.execute("withdraw", money("a", 1), {.command_id = "c1"}));
    REQUIRE(at.execute("withdraw", money("a", 1), {.command_id = "c1"}));
    auto const counted = at.statistics("bank.withdraw");
    CHECK(counted.received == 3);
    CHECK(counted.accepted == 2);
    CHECK(counted.refused == 1);
    CHECK(counted.repeated == 1);
    CHECK(counted.redecided == 0);
}

TEST_CASE("a slow decision inside the commit step is noticed by the watchdog") {
    std::string noticed;
    house at(
        {.slow_decision = std::chrono::microseconds{50},
         .on_slow = [&](std::string_view command, auto) { noticed = command; }}
    );
    REQUIRE(at.execute("deposit", money("a", 5)));
    REQUIRE(at.execute("withdraw", money("a", 1), {.mode = concurrency::pessimistic}));
    CHECK(noticed.empty());
    at.time.step_us = 60;
    REQUIRE(at.execute("withdraw", money("a", 1), {.mode = concurrency::pessimistic}));
    CHECK(noticed == "bank.withdraw");
    CHECK(at.statistics("bank.withdraw").slow_decisions == 1);
    CHECK(at.statistics("bank.withdraw").commit_user_us >= 60);
}

TEST_CASE("an asynchronous command calls back once its answer is durable") {
    house at;
    REQUIRE(at.execute("deposit", money("a", 5)));
    std::optional<result<outcome>> answer;
    at.commands->execute_async("withdraw", money("a", 3), {}, [&](result<outcome> said) {
        REQUIRE(!answer);
        answer = std::move(said);
    });
    while (at.log->commit_step()) {
    }
    REQUIRE(answer);
    REQUIRE(answer->has_value());
    CHECK((*answer)->accepted());
    CHECK(at.balance_of("a") == "2");
    CHECK(at.statistics("bank.withdraw").accepted == 1);
}

TEST_CASE("an asynchronous command goes on elsewhere after a cold round") {
    std::vector<std::move_only_function<void()>> elsewhere;
    house at({.delta_max = 0, .elsewhere = [&](auto task) { elsewhere.push_back(std::move(task)); }}
    );
    REQUIRE(at.execute("deposit", money("a", 5)));
    bank::interrupt([&] { at.execute("deposit", money("a", 1)).or_throw(); });
    std::optional<result<outcome>> answer;
    at.commands->execute_async("withdraw", money("a", 6), {}, [&](result<outcome> said) {
        answer = std::move(said);
    });
    while (at.log->commit_step()) {
    }
    CHECK(!answer);
    REQUIRE(elsewhere.size() == 1);
    elsewhere[0]();
    while (at.log->commit_step()) {
    }
    REQUIRE(answer);
    CHECK((*answer)->accepted());
    CHECK(at.statistics("bank.withdraw").cold_rounds == 1);
}
