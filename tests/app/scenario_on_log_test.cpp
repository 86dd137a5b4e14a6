#include "domain/bank.hpp"
#include "domain/invoices.hpp"

#include <diptych/testing_on_log.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <stdexcept>

using namespace diptych;

namespace {

testing::log_runner on_memory{testing::log_runner::engine::memory};
testing::log_runner on_segments{testing::log_runner::engine::segments};
bank::money_deposited const ten{.account = {"a"}, .cents = 10};
bank::transfer const move{.from = {"a"}, .to = {"b"}, .cents = 7};

}  // namespace

TEST_CASE("a scenario against a log compares what was recorded with what was expected") {
    for (auto* const runner : {&on_memory, &on_segments}) {
        testing::use_runner const here{*runner};
        auto const moved = given<bank::context>(ten).when(move);
        moved.then(bank::money_moved{.from = {"a"}, .to = {"b"}, .cents = 7});
        CHECK_FALSE(moved.makes(bank::money_moved{.from = {"a"}, .to = {"b"}, .cents = 8}));
        CHECK_THROWS_AS(moved.then_nothing(), scenario_failed);
        given<bank::context>().when(move).then_refused(bank::refusal::too_little);
        given<bank::context>(bank::money_deposited{.account = {"b"}, .cents = 2'000'000}, ten)
            .when(move)
            .then_fails(errc::failed);
    }
}

TEST_CASE("a scenario against a log has its own time and numbers, as one without") {
    auto const run = [] {
        return given<invoices::context>()
            .at(timestamp{std::chrono::hours{24 * 365 * 50}})
            .seeded(42)
            .when(invoices::issue_invoice{.customer = {"c"}})
            .text();
    };
    auto const pure = run();
    for (auto* const runner : {&on_memory, &on_segments}) {
        testing::use_runner const here{*runner};
        CHECK(run() == pure);
    }
}

TEST_CASE("the environment says where scenarios run") {
    auto const told = [](char const* where) -> testing::scenario_runner* {
        ::setenv("DIPTYCH_SCENARIOS", where, 1);
        auto* const runner = &testing::runner_as_told();
        ::unsetenv("DIPTYCH_SCENARIOS");
        return runner;
    };
    CHECK(&testing::runner_as_told() == &testing::in_memory());
    CHECK(told("pure") == &testing::in_memory());
    CHECK(dynamic_cast<testing::log_runner*>(told("memory")) != nullptr);
    CHECK(dynamic_cast<testing::log_runner*>(told("segments")) != nullptr);
    CHECK_THROWS_AS(told("postgres"), std::invalid_argument);
    ::unsetenv("DIPTYCH_SCENARIOS");
}
