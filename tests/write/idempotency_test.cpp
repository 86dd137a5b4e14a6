#include "write/house.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <thread>
#include <utility>

using namespace diptych;
using bank::house;
using bank::money;

namespace {

// The first answer, given again.
void check_repeats(outcome const& first, outcome const& again) {
    auto expected = first;
    expected.repeated = true;
    CHECK(again == expected);
}

}  // namespace

TEST_CASE("the same command id gives the first answer again, events and all") {
    house at;
    auto const first =
        at.execute("deposit", money("a", 5), {.command_id = "c1", .caller = "ada"}).or_throw();
    CHECK(!first.repeated);
    REQUIRE(at.execute("deposit", money("a", 5)));
    auto const again =
        at.execute("deposit", money("a", 5), {.command_id = "c1", .caller = "ada"}).or_throw();
    check_repeats(first, again);
    CHECK(at.types().size() == 2);
    at.restart();
    check_repeats(
        first,
        at.execute("deposit", money("a", 5), {.command_id = "c1", .caller = "ada"}).or_throw()
    );
}

TEST_CASE("a refusal is given again even when the same command would be accepted now") {
    house at;
    auto const first = at.execute("withdraw", money("a", 5), {.command_id = "c1"}).or_throw();
    CHECK(!first.accepted());
    REQUIRE(at.execute("deposit", money("a", 5)));
    check_repeats(first, at.execute("withdraw", money("a", 5), {.command_id = "c1"}).or_throw());
    at.restart();
    check_repeats(first, at.execute("withdraw", money("a", 5), {.command_id = "c1"}).or_throw());
}

TEST_CASE("an acceptance without events is given again even when there would be some now") {
    house at;
    auto const first = at.execute("withdraw", money("a", 0), {.command_id = "c1"}).or_throw();
    REQUIRE(at.execute("deposit", money("a", 5)));
    check_repeats(first, at.execute("withdraw", money("a", 0), {.command_id = "c1"}).or_throw());
}

TEST_CASE("the first answer stands when the command can not be read any more") {
    house at;
    auto first = at.execute("deposit", money("a", 5), {.command_id = "c1"}).or_throw();
    first.location.clear();  // it is made of what the command says
    bank::in_use().reads_nothing = true;
    check_repeats(first, at.execute("deposit", money("a", 5), {.command_id = "c1"}).or_throw());
    auto told = 0;
    at.commands
        ->execute_async("deposit", money("a", 5), {.command_id = "c1"}, [&](result<outcome> said) {
            ++told;
            check_repeats(first, std::move(said).or_throw());
        });
    CHECK(told == 1);
    for (std::string const id : {"", "c2"})
        CHECK(at.execute("deposit", money("a", 5), {.command_id = id}).error().code == "renamed");
    CHECK(at.execute("deposit", money("a", 6), {.command_id = "c1"}).error().code == "renamed");
    CHECK(at.types().size() == 1);
}

TEST_CASE("who keeps records of what he sends hears of it what it was, whatever middleware says") {
    house at;
    auto first = at.execute("deposit", money("a", 5), {.command_id = "c1"}).or_throw();
    first.location.clear();
    at.commands->use([](call const&, next_call const&) -> result<outcome> {
        return fail(errc::denied, "no");
    });
    auto const said = [&](std::string const& id, write::record_keeper who) {
        std::optional<result<outcome>> answer;
        at.commands->execute_async(
            "deposit",
            money("a", 5),
            {.command_id = id},
            [&](result<outcome> one) { answer = std::move(one); },
            who
        );
        return answer.value();
    };
    check_repeats(first, said("c1", write::record_keeper::sender).or_throw());
    CHECK(said("c2", write::record_keeper::sender).error().kind == errc::denied);
    CHECK(said("c1", write::record_keeper::listener).error().kind == errc::denied);
}

TEST_CASE("the first answer stands when deciding would fail now") {
    house at;
    auto const first = at.execute("deposit", money("a", 5), {.command_id = "c1"}).or_throw();
    bank::in_use().decide_throws = true;
    check_repeats(first, at.execute("deposit", money("a", 5), {.command_id = "c1"}).or_throw());
    CHECK(at.execute("deposit", money("a", 5), {.command_id = "c2"}).error().kind == errc::failed);
    bank::in_use().decide_throws = false;
    auto const retried = at.execute("deposit", money("a", 5), {.command_id = "c2"}).or_throw();
    CHECK(!retried.repeated);  // a failure is no answer: it was not recorded
}

TEST_CASE("other bytes or another command under the same id are a clear error") {
    house at;
    REQUIRE(at.execute("deposit", money("a", 5), {.command_id = "c1"}));
    auto const bytes = at.execute("deposit", money("a", 6), {.command_id = "c1"});
    REQUIRE(!bytes);
    CHECK(bytes.error().kind == errc::invalid);
    auto const name = at.execute("withdraw", money("a", 5), {.command_id = "c1"});
    REQUIRE(!name);
    CHECK(name.error().kind == errc::invalid);
    CHECK(at.types().size() == 1);
}

TEST_CASE("ids of two callers never meet") {
    house at;
    REQUIRE(at.execute("deposit", money("a", 5), {.command_id = "c1", .caller = "ada"}));
    auto other = at.execute("deposit", money("a", 5), {.command_id = "c1", .caller = "bob"});
    CHECK(!std::move(other).or_throw().repeated);
    CHECK(at.types().size() == 2);
}

TEST_CASE("of many callers with one id at once, one is answered and the others repeat it") {
    house at;
    REQUIRE(at.execute("deposit", money("a", 5)));
    std::atomic<int> repeated = 0;
    std::atomic<int> accepted = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i)
            threads.emplace_back([&] {
                auto const answer = at.execute("withdraw", money("a", 1), {.command_id = "c1"});
                if (!answer) return;
                accepted += answer->accepted() ? 1 : 0;
                repeated += answer->repeated ? 1 : 0;
            });
    }
    CHECK(accepted == 8);
    CHECK(repeated == 7);
    CHECK(at.balance_of("a") == "4");
}

TEST_CASE("after a write that failed half-way the same id finds out what became of it") {
    for (auto const how : {log::memory::store::failure::lost, log::memory::store::failure::kept}) {
        house at;
        REQUIRE(at.execute("deposit", money("a", 5)));
        at.stored->fail_after(0, how);
        auto const lost = at.execute("withdraw", money("a", 1), {.command_id = "c1"});
        REQUIRE(!lost);
        CHECK(lost.error().kind == errc::outcome_unknown);
        auto const again = at.execute("withdraw", money("a", 1), {.command_id = "c1"}).or_throw();
        CHECK(again.accepted());
        CHECK(again.repeated == (how == log::memory::store::failure::kept));
        CHECK(at.balance_of("a") == "4");
        CHECK(at.types().size() == 2);
    }
}
