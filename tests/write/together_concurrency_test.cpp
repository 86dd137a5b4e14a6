// Units of many callers at once.
#include "write/together.hpp"

#include <diptych/json_value.hpp>

#include <doctest/doctest.h>

#include <array>
#include <map>
#include <random>
#include <thread>

using namespace diptych;
using bank::house;
using bank::money;
using bank::together;

namespace {

constexpr std::array<char const*, 4> accounts{"a", "b", "c", "d"};
constexpr std::int64_t in_each = 50;

struct tally {
    std::atomic<int> accepted, refused, failed;
};

// Moves amounts between accounts, each in a unit of a withdrawal and deposits.
void move_amounts(house& at, unsigned seed, int times, tally& into) {
    std::mt19937 random(seed);
    for (int i = 0; i < times; ++i) {
        auto const from = random() % accounts.size();
        auto const to = (from + 1 + random() % (accounts.size() - 1)) % accounts.size();
        auto const amount = static_cast<std::int64_t>(1 + random() % 40);
        execute_options how;
        if (random() % 4 == 0) how.mode = concurrency::pessimistic;
        if (random() % 3 == 0) how.command_id = std::to_string(seed) + "/" + std::to_string(i);
        auto const answer = together(
            at,
            {{"deposit", money(accounts[to], amount)},
             {"withdraw", money(accounts[from], amount)},
             {"transfer", bank::transfer(accounts[to], accounts[from], amount / 2)}},
            how
        );
        if (!answer)
            ++into.failed;
        else
            ++(answer->accepted() ? into.accepted : into.refused);
    }
}

}  // namespace

TEST_CASE("units that move amounts between accounts leave their sum, at every frame") {
    for (int const threads : {1, 4, 12}) {
        CAPTURE(threads);
        house at(
            {.build_id = "b1",
             .cached_states_max = 3,
             .hot_states_max = 3,
             .delta_max = 16,
             .rounds_max = 64}  // small bounds everywhere, so that everything happens
        );
        for (auto const* id : accounts) REQUIRE(at.execute("deposit", money(id, in_each)));
        tally ended{};
        {
            std::vector<std::jthread> running;
            for (int i = 0; i < threads; ++i)
                running.emplace_back([&, i] {
                    move_amounts(at, static_cast<unsigned>(i + 1), 360 / threads, ended);
                });
        }
        CHECK(ended.failed == 0);
        CHECK(ended.refused > 0);
        auto const page = at.log->read({.limit = 10'000}).or_throw();
        CHECK(page.size() == 4 + 4 * static_cast<std::size_t>(ended.accepted));
        std::map<std::string, std::int64_t> balances;
        std::map<std::string, std::uint64_t> versions;
        for (std::size_t i = 0; i < page.size(); ++i) {
            auto const& event = page[i];
            auto const amount =
                json::parse(std::string(event.data)).or_throw().root().find("amount")->integer();
            auto const stream = std::string(event.stream);
            CHECK(event.version.value == ++versions[stream]);
            balances[stream] += event.type == "bank.deposited" ? amount : -amount;
            if (i < 3 || i % 4 != 3) continue;  // within a unit
            std::int64_t sum = 0;
            for (auto const& [name, balance] : balances) {
                CHECK(balance >= 0);
                sum += balance;
            }
            CHECK(sum == in_each * static_cast<std::int64_t>(accounts.size()));
        }
        for (auto const* id : accounts)
            CHECK(at.balance_of(id) == std::to_string(balances[std::string("account-") + id]));
    }
}
