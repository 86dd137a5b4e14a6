#include "write/house.hpp"

#include <diptych/json_value.hpp>

#include <doctest/doctest.h>

#include <array>
#include <map>
#include <random>
#include <thread>

using namespace diptych;
using bank::charge;
using bank::house;
using bank::linked;
using bank::money;

TEST_CASE("a command is decided again when something came between, and its caller sees no conflict"
) {
    house at;
    REQUIRE(at.execute("deposit", money("a", 5)));
    bank::interrupt([&] { at.execute("withdraw", money("a", 3)).or_throw(); });
    auto const answer = at.execute("withdraw", money("a", 2)).or_throw();
    CHECK(answer.accepted());
    CHECK(at.balance_of("a") == "0");
    CHECK(at.statistics("bank.withdraw").redecided == 1);
}

TEST_CASE("a refusal that rests on a stale state is decided again") {
    house at;
    bank::interrupt([&] { at.execute("deposit", money("a", 5)).or_throw(); });
    auto const answer = at.execute("withdraw", money("a", 5)).or_throw();
    CHECK(answer.accepted());
}

TEST_CASE("what was decided again may be refused") {
    house at;
    REQUIRE(at.execute("deposit", money("a", 5)));
    bank::interrupt([&] { at.execute("withdraw", money("a", 5)).or_throw(); });
    auto const answer = at.execute("withdraw", money("a", 5)).or_throw();
    CHECK(!answer.accepted());
    CHECK(answer.detail == "only 0");
    CHECK(answer.events.empty());
    CHECK(at.types().size() == 2);
}

TEST_CASE("events that no state of a command looks at do not disturb it") {
    house at;
    REQUIRE(at.execute("deposit", money("a", 5)));
    bank::interrupt([&] { at.execute("deposit", money("b", 5)).or_throw(); });
    REQUIRE(at.execute("withdraw", money("a", 5)).or_throw().accepted());
    CHECK(at.statistics("bank.withdraw").redecided == 0);
}

TEST_CASE("a command whose missing events are too many goes back to its caller and comes again") {
    house at({.delta_max = 2});
    REQUIRE(at.execute("deposit", money("a", 5)));
    bank::interrupt([&] {
        for (int i = 0; i < 10; ++i) at.execute("deposit", money("a", 1)).or_throw();
    });
    CHECK(at.execute("withdraw", money("a", 15)).or_throw().accepted());
    CHECK(at.statistics("bank.withdraw").cold_rounds == 1);
}

TEST_CASE("pessimistic commands are decided in the commit step only") {
    house at;
    REQUIRE(at.execute("deposit", money("a", 5)));
    bank::in_use().decisions = 0;
    CHECK(at.execute("withdraw", money("a", 5), {.mode = concurrency::pessimistic}));
    CHECK(bank::in_use().decisions == 1);
    CHECK(at.statistics("bank.withdraw").redecided == 1);
    CHECK(at.balance_of("a") == "0");
}

TEST_CASE("commands on a key that was fought for are decided once, in the commit step, for a while"
) {
    house at;
    REQUIRE(at.execute("deposit", money("a", 100)));
    bank::interrupt([&] { at.execute("deposit", money("a", 1)).or_throw(); });
    REQUIRE(at.execute("withdraw", money("a", 1)).or_throw().accepted());
    REQUIRE(at.statistics("bank.withdraw").redecided == 1);
    bank::in_use().decisions = 0;
    for (int i = 0; i < 40; ++i) REQUIRE(at.execute("withdraw", money("a", 1)));
    CHECK(bank::in_use().decisions == 40);
    CHECK(at.statistics("bank.withdraw").redecided == 1 + 16);
    CHECK(at.balance_of("a") == "60");
    REQUIRE(at.execute("withdraw", money("b", 0)));
    CHECK(at.statistics("bank.withdraw").redecided == 1 + 16);
}

TEST_CASE("an earlier state that leads to another later one sends the command back to read it") {
    house at;
    REQUIRE(at.execute("deposit", money("a", 5)));
    REQUIRE(at.execute("deposit", money("b", 7)));
    REQUIRE(at.execute("link", linked("visa", "a")));
    bank::interrupt([&] { at.execute("link", linked("visa", "b")).or_throw(); });
    auto const answer = at.execute("charge", charge("visa", 6)).or_throw();
    REQUIRE(answer.accepted());
    CHECK(answer.events.at(0).stream == "account-b");
    CHECK(at.statistics("bank.charge").cold_rounds == 1);
    CHECK(at.execute("charge", charge("none", 6)).or_throw().reason == "unlinked");
}

TEST_CASE("a state of the whole log is folded by its types") {
    house at;
    REQUIRE(at.execute("deposit", money("a", 5)));
    REQUIRE(at.execute("deposit", money("b", 7)));
    CHECK(at.execute("audit", "{}").or_throw().detail == "12");
    bank::interrupt([&] { at.execute("deposit", money("c", 1)).or_throw(); });
    CHECK(at.execute("audit", "{}").or_throw().detail == "13");
}

TEST_CASE("a client's token that still holds lets the command through") {
    house at;
    auto const seen = at.execute("deposit", money("a", 5)).or_throw().at;
    REQUIRE(at.execute("deposit", money("b", 5)));
    CHECK(at.execute("withdraw", money("a", 5), {.if_match = seen}).or_throw().accepted());
}

TEST_CASE("a client's token that no longer holds is a conflict that lists the events between") {
    house at;
    auto const seen = at.execute("deposit", money("a", 5)).or_throw().at;
    REQUIRE(at.execute("deposit", money("a", 1)));
    REQUIRE(at.execute("deposit", money("b", 1)));
    auto const answer = at.execute("withdraw", money("a", 5), {.if_match = seen});
    REQUIRE(!answer);
    CHECK(answer.error().kind == errc::conflict);
    CHECK(answer.error().code == "changed");
    std::map<std::string, std::string> const facts(
        answer.error().facts.begin(), answer.error().facts.end()
    );
    CHECK(
        facts.at("events") ==
        R"([{"position":2,"type":"bank.deposited","stream":"account-a","version":2}])"
    );
    CHECK(facts.at("after") == "\"1.1\"");
    CHECK(at.statistics("bank.withdraw").conflicts == 1);
    CHECK(at.types().size() == 3);
}

TEST_CASE("a client's token is a conflict also for a refusal, and when the change comes in between"
) {
    house at;
    auto const seen = at.execute("deposit", money("a", 5)).or_throw().at;
    bank::interrupt([&] { at.execute("withdraw", money("a", 5)).or_throw(); });
    CHECK(at.execute("withdraw", money("a", 5), {.if_match = seen}).error().kind == errc::conflict);
    CHECK(at.execute("withdraw", money("a", 9), {.if_match = seen}).error().kind == errc::conflict);
}

TEST_CASE("a client's token from elsewhere or from the future is invalid") {
    house at;
    REQUIRE(at.execute("deposit", money("a", 5)));
    for (auto const& token : {diptych::token{epoch{7}, position{1}}, {epoch{1}, position{99}}})
        CHECK(
            at.execute("withdraw", money("a", 5), {.if_match = token}).error().kind == errc::invalid
        );
}

namespace {

template <class Work>
void on_threads(int count, Work work) {
    std::vector<std::jthread> threads;
    for (int i = 0; i < count; ++i) threads.emplace_back([&work, i] { work(i); });
}

std::int64_t amount_in(std::string_view data) {
    return json::parse(std::string(data)).or_throw().root().find("amount")->integer();
}

}  // namespace

TEST_CASE("sixteen callers on one hot key never take more than there is") {
    house at;
    REQUIRE(at.execute("deposit", money("hot", 100)));
    std::atomic<int> accepted = 0;
    std::atomic<int> refused = 0;
    on_threads(16, [&](int i) {
        for (int n = 0; n < 20; ++n) {
            auto const mode = i % 4 == 0 ? concurrency::pessimistic : concurrency::optimistic;
            auto const answer = at.execute("withdraw", money("hot", 1), {.mode = mode});
            if (!answer) continue;
            ++(answer->accepted() ? accepted : refused);
        }
    });
    CHECK(accepted == 100);
    CHECK(refused == 220);
    CHECK(at.balance_of("hot") == "0");
    CHECK(at.types().size() == 101);
}

// Each thread sends commands drawn from its own seed; afterwards the log itself is judged.
TEST_CASE("random commands of any number of threads equal a serial fold of the log") {
    for (int const threads : {1, 2, 5, 16}) {
        CAPTURE(threads);
        house at(
            {.build_id = "b1",
             .cached_states_max = 8,
             .hot_states_max = 4,
             .delta_max = 16,
             .rounds_max = 64}  // small bounds everywhere, so that everything happens
        );
        std::array<std::string, 5> const accounts{"a", "b", "c", "d", "e"};
        std::array<std::string, 2> const cards{"x", "y"};
        std::atomic<int> errors = 0;
        on_threads(threads, [&](int i) {
            std::mt19937 random(static_cast<unsigned>(threads * 100 + i));
            auto const pick = [&](auto const& from) { return from[random() % from.size()]; };
            for (int n = 0; n < 600 / threads; ++n) {
                auto const amount = static_cast<std::int64_t>(random() % 20);
                execute_options how;
                if (random() % 5 == 0) how.mode = concurrency::pessimistic;
                if (random() % 3 == 0) how.command_id = std::to_string(i) + "/" + std::to_string(n);
                result<outcome> answer;
                switch (random() % 5) {
                    case 0:
                        answer = at.execute("deposit", money(pick(accounts), amount), how);
                        break;
                    case 1:
                        answer = at.execute("withdraw", money(pick(accounts), amount), how);
                        break;
                    case 2:
                        answer = at.execute(
                            "transfer", bank::transfer(pick(accounts), pick(accounts), amount), how
                        );
                        break;
                    case 3:
                        answer = at.execute("link", linked(pick(cards), pick(accounts)), how);
                        break;
                    default:
                        answer = at.execute("charge", charge(pick(cards), amount), how);
                        break;
                }
                if (!answer) ++errors;
            }
        });
        CHECK(errors == 0);
        std::map<std::string, std::int64_t> balances;
        auto const page = at.log->read({.limit = 10'000}).or_throw();
        for (auto const& event : page) {
            auto& balance = balances[std::string(event.stream)];
            if (event.type == "bank.deposited") balance += amount_in(event.data);
            if (event.type == "bank.withdrawn") balance -= amount_in(event.data);
            CHECK(balance >= 0);
        }
        for (auto const& id : accounts)
            CHECK(at.balance_of(id) == std::to_string(balances["account-" + id]));
    }
}

TEST_CASE("what was decided on events that were never written is not relied on later") {
    house at;
    REQUIRE(at.execute("deposit", money("a", 5)));
    execute_options const pessimistic{.mode = concurrency::pessimistic};
    int unknown = 0;
    auto const count = [&](result<outcome> said) {
        if (!said && said.error().kind == errc::outcome_unknown) ++unknown;
    };
    at.stored->fail_after(0, log::memory::store::failure::lost);
    for (int i = 0; i < 3; ++i)  // one group: each decides on what those before it staged
        at.commands->execute_async("withdraw", money("a", 2), pessimistic, count);
    while (at.log->commit_step()) {
    }
    CHECK(unknown == 3);
    CHECK(at.execute("withdraw", money("a", 5), pessimistic).or_throw().accepted());
    CHECK(at.balance_of("a") == "0");
}
