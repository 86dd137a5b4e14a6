// Several commands as one unit.
#include "write/together.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>

using namespace diptych;
using bank::charge;
using bank::command_list;
using bank::house;
using bank::linked;
using bank::metadata_in;
using bank::money;
using bank::second_withdraw;
using bank::together;

TEST_CASE("a unit's events are recorded in order in one append, with dense versions and one token"
) {
    house at;
    REQUIRE(at.execute("deposit", money("b", 1)));
    auto const answer = together(
                            at,
                            {{"deposit", money("a", 5)},
                             {"bank.deposit", money("b", 2)},
                             {"withdraw", money("b", 0)},  // accepted without events
                             {"transfer", bank::transfer("a", "b", 3)}}
    ).or_throw();
    CHECK(answer.accepted());
    CHECK(answer.at == token{epoch{1}, position{5}});
    CHECK(answer.location.empty());
    std::vector<event_summary> const expected{
        {"bank.deposited", "account-a", version{1}, position{2}},
        {"bank.deposited", "account-b", version{2}, position{3}},
        {"bank.withdrawn", "account-a", version{2}, position{4}},
        {"bank.deposited", "account-b", version{3}, position{5}}
    };
    CHECK(answer.events == expected);
    CHECK(at.log->statistics().groups == 2);
    auto const page = at.log->read({.after = position{1}}).or_throw();
    REQUIRE(page.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) {
        CHECK(page[i].stream == expected[i].stream);
        CHECK(page[i].version == expected[i].version);
    }
    CHECK(at.balance_of("a") == "2");
    CHECK(at.balance_of("b") == "6");
}

TEST_CASE("each command of a unit sees those before it") {
    for (auto const mode : {concurrency::optimistic, concurrency::pessimistic}) {
        house at;
        auto const both = together(
            at,
            {{"deposit", money("a", 5)},
             {"withdraw", money("a", 3)},
             {"withdraw", money("a", 2)},
             {"transfer", bank::transfer("a", "a", 0)}},
            {.mode = mode}
        );
        CHECK(both.value().accepted());
        auto const more = together(
            at,
            {{"deposit", money("a", 5)}, {"withdraw", money("a", 3)}, {"withdraw", money("a", 3)}},
            {.mode = mode}
        );
        CHECK(more.value().detail == "only 2");
        CHECK(at.execute("audit", "{}").or_throw().detail == "0");
    }
}

TEST_CASE("a command of a unit finds its state through one that an earlier command changes") {
    for (auto const mode : {concurrency::optimistic, concurrency::pessimistic}) {
        house at;
        REQUIRE(at.execute("deposit", money("b", 5)));
        auto const answer = together(
            at, {{"link", linked("visa", "b")}, {"charge", charge("visa", 4)}}, {.mode = mode}
        );
        REQUIRE(answer);
        CHECK(answer->accepted());
        CHECK(answer->events.back().stream == "account-b");
        CHECK(at.balance_of("b") == "1");
    }
}

TEST_CASE("a refusal of any command refuses all of them and says which one it was") {
    for (auto const mode : {concurrency::optimistic, concurrency::pessimistic}) {
        house at;
        bank::in_use().decisions = 0;
        auto const answer =
            together(
                at,
                {{"deposit", money("a", 5)}, {"withdraw", money("a", 6)}, {"deposit", money("b", 1)}
                },
                {.mode = mode}
            )
                .or_throw();
        CHECK(!answer.accepted());
        CHECK(answer.reason == "insufficient");
        CHECK(answer.detail == "only 5");
        CHECK(answer.refused_by == second_withdraw());
        CHECK(answer.events.empty());
        CHECK(bank::in_use().decisions == 2);
        CHECK(at.types(true).empty());
        CHECK(parse_outcome(to_json(answer)).or_throw().refused_by == second_withdraw());
    }
}

TEST_CASE("what a command of a unit throws fails all of them") {
    house at;
    bank::interrupt([] { bank::in_use().decide_throws = true; });
    auto const failed = together(at, {{"deposit", money("a", 5)}, {"withdraw", money("a", 3)}});
    REQUIRE(!failed);
    CHECK(failed.error().kind == errc::failed);
    CHECK(at.types(true).empty());
    CHECK(at.statistics("bank.withdraw").failed == 1);
}

TEST_CASE("a repeated unit is given its first answer, also after a restart") {
    house at;
    command_list const asked{{"deposit", money("a", 5)}, {"withdraw", money("a", 3)}};
    auto expected = together(at, asked, {.command_id = "c1"}).or_throw();
    CHECK(!expected.repeated);
    expected.repeated = true;
    CHECK(together(at, asked, {.command_id = "c1"}).or_throw() == expected);
    at.restart();
    CHECK(together(at, asked, {.command_id = "c1"}).or_throw() == expected);
    CHECK(at.types().size() == 2);
}

TEST_CASE("the repeated refusal of a unit still says which command it was") {
    house at;
    command_list const asked{{"deposit", money("a", 5)}, {"withdraw", money("a", 6)}};
    auto expected = together(at, asked, {.command_id = "c1"}).or_throw();
    expected.repeated = true;
    REQUIRE(at.execute("deposit", money("a", 5)));
    at.restart();
    auto const again = together(at, asked, {.command_id = "c1"}).or_throw();
    CHECK(again == expected);
    CHECK(again.refused_by == second_withdraw());
}

TEST_CASE("other commands, another order or a single one under a unit's id are a clear error") {
    house at;
    std::pair<std::string, std::string> const one{"deposit", money("a", 5)};
    std::pair<std::string, std::string> const other{"deposit", money("a", 6)};
    REQUIRE(together(at, {one, other}, {.command_id = "c1"}));
    std::vector<command_list> const wrong{{one, one}, {other, one}, {one, other, other}, {one}};
    for (auto const& asked : wrong) {
        auto const answer = together(at, asked, {.command_id = "c1"});
        REQUIRE(!answer);
        CHECK(answer.error().kind == errc::invalid);
    }
    CHECK(at.types().size() == 2);
}

TEST_CASE("a unit of one command is that command") {
    house at;
    auto expected = at.execute("deposit", money("a", 5), {.command_id = "c1"}).or_throw();
    expected.repeated = true;
    auto const again = together(at, {{"deposit", money("a", 5)}}, {.command_id = "c1"}).or_throw();
    CHECK(again == expected);
    CHECK(!again.location.empty());
    CHECK(!together(at, {{"withdraw", money("a", 9)}}).or_throw().refused_by);
}

TEST_CASE("a change to what any command of a unit looks at leads to deciding all of it again") {
    for (std::string const changed : {"a", "b"}) {
        house at;
        REQUIRE(at.execute("deposit", money("a", 5)));
        REQUIRE(at.execute("deposit", money("b", 5)));
        bank::interrupt([&] { at.execute("deposit", money(changed, 1)).or_throw(); });
        bank::in_use().decisions = 0;
        auto const answer =
            together(at, {{"withdraw", money("a", 5)}, {"withdraw", money("b", 5)}}).or_throw();
        CHECK(answer.accepted());
        CHECK(bank::in_use().decisions == 5);  // both, the deposit in between, both again
        CHECK(at.statistics("bank.withdraw").redecided == 2);
        CHECK(at.balance_of(changed) == "1");
    }
}

TEST_CASE("a unit never mixes a state as it was with one as it is now") {
    house at;
    REQUIRE(at.execute("deposit", money("a", 5)));
    REQUIRE(at.execute("deposit", money("b", 5)));
    bank::interrupt([&] {  // the first withdrawal has its state, the second asks for a newer one
        at.execute("withdraw", money("a", 5)).or_throw();
        at.execute("withdraw", money("b", 1)).or_throw();
    });
    auto const answer =
        together(at, {{"withdraw", money("a", 5)}, {"withdraw", money("b", 4)}}).or_throw();
    CHECK(answer.refused_by == refusing_command{0, "bank.withdraw"});
    CHECK(answer.detail == "only 0");
    CHECK(at.balance_of("a") == "0");
}

TEST_CASE("a unit that is decided again may be refused") {
    house at;
    REQUIRE(at.execute("deposit", money("b", 5)));
    bank::interrupt([&] { at.execute("withdraw", money("b", 1)).or_throw(); });
    auto const answer =
        together(at, {{"deposit", money("a", 1)}, {"withdraw", money("b", 5)}}).or_throw();
    CHECK(answer.refused_by == second_withdraw());
    CHECK(answer.detail == "only 4");
    CHECK(at.balance_of("a") == "0");
}

TEST_CASE("a change to what no command of a unit looks at does not disturb it") {
    house at;
    bank::interrupt([&] { at.execute("deposit", money("a", 1)).or_throw(); });
    REQUIRE(together(at, {{"deposit", money("a", 1)}, {"withdraw", money("b", 0)}}));
    CHECK(at.statistics("bank.withdraw").redecided == 0);
}

TEST_CASE("a unit whose missing events are too many goes back to its caller and comes again") {
    house at({.delta_max = 2});
    bank::interrupt([&] {
        for (int i = 0; i < 10; ++i) at.execute("deposit", money("a", 1)).or_throw();
    });
    auto const answer = together(at, {{"deposit", money("a", 5)}, {"withdraw", money("a", 15)}});
    CHECK(answer.value().accepted());
    CHECK(at.statistics("bank.withdraw").cold_rounds == 1);
    CHECK(at.balance_of("a") == "0");
}

TEST_CASE("a pessimistic unit is decided in the commit step only") {
    house at;
    REQUIRE(at.execute("deposit", money("a", 5)));
    bank::in_use().decisions = 0;
    REQUIRE(together(
        at,
        {{"withdraw", money("a", 2)}, {"withdraw", money("a", 2)}},
        {.mode = concurrency::pessimistic}
    ));
    CHECK(bank::in_use().decisions == 2);
    CHECK(at.statistics("bank.withdraw").redecided == 2);
}

TEST_CASE("units on keys that are fought for are decided once, in the commit step") {
    house at;
    REQUIRE(at.execute("deposit", money("a", 100)));
    bank::interrupt([&] { at.execute("deposit", money("a", 1)).or_throw(); });
    REQUIRE(at.execute("withdraw", money("a", 1)));
    bank::in_use().decisions = 0;
    auto const answer = together(at, {{"deposit", money("a", 1)}, {"withdraw", money("a", 1)}});
    CHECK(answer.value().accepted());
    CHECK(bank::in_use().decisions == 2);
    CHECK(at.statistics("bank.withdraw").redecided == 2);
    CHECK(at.balance_of("a") == "100");
}

TEST_CASE("a client's token holds for what all commands of a unit look at") {
    house at;
    REQUIRE(at.execute("deposit", money("a", 5)));
    auto const seen = at.execute("deposit", money("b", 5)).or_throw().at;
    command_list const asked{{"withdraw", money("a", 1)}, {"withdraw", money("b", 1)}};
    CHECK(together(at, asked, {.if_match = seen}).or_throw().accepted());
    auto const newer = at.log->end();
    REQUIRE(at.execute("deposit", money("c", 1)));
    REQUIRE(at.execute("deposit", money("b", 1)));
    auto const late = together(at, asked, {.if_match = newer});
    REQUIRE(!late);
    CHECK(late.error().kind == errc::conflict);
    std::map<std::string, std::string> const facts(
        late.error().facts.begin(), late.error().facts.end()
    );
    CHECK(
        facts.at("events") ==
        R"([{"position":6,"type":"bank.deposited","stream":"account-b","version":3}])"
    );
    CHECK(at.statistics("bank.withdraw").conflicts == 2);
}

TEST_CASE("the metadata of a unit's events is as if each command had come alone") {
    house at;
    REQUIRE(together(
        at,
        {{"deposit", money("a", 5)}, {"draw", bank::account("a")}, {"draw", bank::account("a")}},
        {.command_id = "c1", .user = "ada", .causation_id = "e1"}
    ));
    using texts = std::vector<std::string>;
    CHECK(metadata_in(at, "command") == texts{"bank.deposit", "bank.draw", "bank.draw"});
    CHECK(metadata_in(at, "command_id") == texts{"c1", "c1", "c1"});
    CHECK(metadata_in(at, "correlation_id") == texts{"c1", "c1", "c1"});
    CHECK(metadata_in(at, "causation_id") == texts{"e1", "e1", "e1"});
    CHECK(metadata_in(at, "user") == texts{"ada", "ada", "ada"});
    auto const seeds = metadata_in(at, "seed");
    CHECK(seeds[0].empty());
    CHECK(std::set<std::string>(seeds.begin(), seeds.end()).size() == 3);
}

TEST_CASE("a state kept in the log has one record for a unit, with all its events") {
    house at;
    bank::balance_state().state_stored = true;
    REQUIRE(together(
        at, {{"deposit", money("a", 5)}, {"withdraw", money("a", 1)}, {"withdraw", money("a", 1)}}
    ));
    auto const page = at.log->read({.what = {.engine_events = true}}).or_throw();
    REQUIRE(page.size() == 4);
    CHECK(page[3].type == "$state");
    CHECK(page[3].data.ends_with(R"("value":3})"));
    at.restart();
    CHECK(at.balance_of("a") == "3");
    bank::balance_state().state_stored = false;
}

TEST_CASE("of a unit that can not be read nothing is done, and its place is told") {
    house at;
    auto const unknown = together(at, {{"deposit", money("a", 5)}, {"repair", "{}"}});
    CHECK(unknown.error().kind == errc::not_found);
    CHECK(unknown.error().facts.back() == std::pair<std::string, std::string>{"place", "1"});
    CHECK(
        together(at, {{"deposit", R"({"amount":"x"})"}, {"deposit", money("a", 5)}})
            .error()
            .facts.back()
            .second == "0"
    );
    CHECK(together(at, {}).error().code == "no_commands");
    command_list const many(257, {"deposit", money("a", 1)});
    CHECK(together(at, many).error().code == "too_many_commands");
    CHECK(at.types().empty());
}

TEST_CASE("statistics count for each command of a unit how that ended") {
    house at;
    REQUIRE(together(at, {{"deposit", money("a", 5)}, {"withdraw", money("a", 3)}}));
    REQUIRE(together(at, {{"deposit", money("a", 5)}, {"withdraw", money("a", 9)}}));
    for (auto const* command : {"bank.deposit", "bank.withdraw"}) {
        CHECK(at.statistics(command).received == 2);
        CHECK(at.statistics(command).accepted == 1);
        CHECK(at.statistics(command).refused == 1);
    }
}
