#include "app/worker.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

using namespace diptych;
using namespace std::chrono_literals;

namespace {

void no_report(std::string const&, error const&) {}

}  // namespace

TEST_CASE("a worker steps at once and again as long as there is more to do") {
    std::atomic<int> steps = 0;
    std::promise<void> third;
    app::worker const one(
        "test",
        {},
        [&]() -> result<bool> {
            if (++steps == 3) third.set_value();
            return steps < 3;
        },
        no_report
    );
    CHECK(third.get_future().wait_for(10s) == std::future_status::ready);
}

TEST_CASE("a worker that is woken while it steps steps once more") {
    std::atomic<int> steps = 0;
    std::promise<void> entered;
    std::promise<void> leave;
    std::promise<void> second;
    app::worker one(
        "test",
        {},
        [&]() -> result<bool> {
            if (++steps == 1) {
                entered.set_value();
                leave.get_future().wait();
            } else if (steps == 2) {
                second.set_value();
            }
            return false;
        },
        no_report
    );
    REQUIRE(entered.get_future().wait_for(10s) == std::future_status::ready);
    one.wake();
    leave.set_value();
    CHECK(second.get_future().wait_for(10s) == std::future_status::ready);
}

TEST_CASE("a worker with a gap lets what wakes it gather, unless it is hurried") {
    std::atomic<int> steps = 0;
    std::promise<void> first;
    std::promise<void> second;
    app::worker one(
        "test",
        {.gap = 24h},
        [&]() -> result<bool> {
            if (++steps == 1) first.set_value();
            if (steps == 2) second.set_value();
            return false;
        },
        no_report
    );
    REQUIRE(first.get_future().wait_for(10s) == std::future_status::ready);
    for (int i = 0; i < 20'000 && steps == 1; ++i) {
        one.wake();
        std::this_thread::yield();
    }
    CHECK(steps == 1);
    one.hurry();
    CHECK(second.get_future().wait_for(10s) == std::future_status::ready);
    CHECK(steps == 2);
}

TEST_CASE("a worker with a tick steps without being woken") {
    std::atomic<int> steps = 0;
    std::promise<void> second;
    app::worker const one(
        "test",
        {.tick = 1ms},
        [&]() -> result<bool> {
            if (++steps == 2) second.set_value();
            return false;
        },
        no_report
    );
    CHECK(second.get_future().wait_for(10s) == std::future_status::ready);
}

TEST_CASE("a worker reports an error once until a step succeeds") {
    std::mutex mutex;
    std::vector<std::string> reported;
    std::atomic<int> steps = 0;
    std::promise<void> enough;
    {
        app::worker const one(
            "views",
            {.tick = 1ms},
            [&]() -> result<bool> {
                auto const step = ++steps;
                if (step == 8) enough.set_value();
                if (step == 4) return false;
                return fail(errc::unavailable, "disk full");
            },
            [&](std::string const& worker, error const& what) {
                std::lock_guard const lock(mutex);
                reported.push_back(worker + ": " + what.message);
            }
        );
        REQUIRE(enough.get_future().wait_for(10s) == std::future_status::ready);
    }
    CHECK(reported == std::vector<std::string>{"views: disk full", "views: disk full"});
}
