/// @file
/// Contract: many threads at once.
#pragma once

#include "contract/contract_log.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace diptych::contract {

TEST_CASE_TEMPLATE_DEFINE(
    "sixteen appenders on few streams lose nothing and leave no gap", Fixture, appenders
) {
    opened<Fixture> log({.block_events_max = 50});
    constexpr int callers = 16;
    constexpr int each = 30;
    std::atomic<bool> is_done = false;
    std::jthread const keeper([&] {
        while (!is_done) {
            CHECK(log->index_step());
            std::this_thread::yield();
        }
    });
    std::jthread const follower([&] {
        // Whoever has seen n has seen everything before n.
        position seen{};
        while (!is_done || seen < log->end().position) {
            auto const page = log->read({.after = seen, .limit = 100}).or_throw();
            for (auto const& one : page) {
                CHECK(one.position == seen + 1);
                seen = one.position;
            }
            auto const newest = log->read_stream(
                "s-1", {.from = version{0}, .limit = 1, .direction = direction::backward}
            );
            CHECK(newest);
        }
    });
    std::atomic<int> accepted = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < callers; ++i)
            threads.emplace_back([&, i] {
                auto const stream = "s-" + std::to_string(i % 3);
                for (int n = 0; n < each;) {
                    auto const at = log->stream_version(stream).or_throw();
                    auto answer = log.append(
                        {event(stream, "added", {}, std::to_string(at.value))},
                        {{stream, expected_version::exactly(at)}}
                    );
                    if (!answer && answer.error().kind == errc::conflict) continue;
                    CHECK(answer.value().versions.at(stream) == at + 1);
                    ++accepted;
                    ++n;
                }
            });
    }
    is_done = true;
    CHECK(accepted == callers * each);
    CHECK(log->end().position.value == callers * each);
    for (auto const* const stream : {"s-0", "s-1", "s-2"})
        for (auto const& one : log->read_stream(stream).or_throw()) {
            // What was true when it was accepted is true at its place.
            CHECK(one.data == std::to_string(one.version.value - 1));
        }
    CHECK(log->verify({}));
}

TEST_CASE_TEMPLATE_DEFINE(
    "blocked callers, callbacks and a worker share the commit step", Fixture, mixed_callers
) {
    opened<Fixture> log({.group_max = 3});
    std::mutex mutex;
    std::condition_variable more;
    auto work = 0;
    auto stop = false;
    log->on_work([&] {
        auto const lock = std::scoped_lock(mutex);
        ++work;
        more.notify_one();
    });
    std::jthread worker([&] {
        for (auto lock = std::unique_lock(mutex);;) {
            more.wait(lock, [&] { return work > 0 || stop; });
            if (work == 0) return;
            --work;
            lock.unlock();
            log->commit_step();
            lock.lock();
        }
    });
    std::atomic<int> answered = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i)
            threads.emplace_back([&, i] {
                for (int n = 0; n < 40; ++n) {
                    auto one = append_request{.events = {event("s-" + std::to_string(i), "added")}};
                    if (i % 2 == 0) {
                        log->append(std::move(one)).or_throw();
                        ++answered;
                    } else {
                        log->append(std::move(one), [&](result<appended> const& answer) {
                            CHECK(answer);
                            ++answered;
                        });
                    }
                }
            });
    }
    while (answered < 320) std::this_thread::yield();
    {
        auto const lock = std::scoped_lock(mutex);
        stop = true;
        more.notify_one();
    }
    worker.join();
    CHECK(answered == 320);
    CHECK(log->end().position == position{320});
    log->on_work({});
}

TEST_CASE_TEMPLATE_DEFINE("closing waits for those who read", Fixture, closing_beside_readers) {
    opened<Fixture> log;
    for (int i = 0; i < 20; ++i)
        log.append({event("s-1", "made"), event("s-2", "made")}).or_throw();
    while (log->index_step().or_throw()) {
    }
    std::atomic<bool> is_closed = false;
    std::jthread closer;
    auto const visit = [&](recorded_event const& event) -> result<void> {
        if (!closer.joinable())
            closer = std::jthread([&] {
                CHECK(log->close());
                is_closed = true;
            });
        while (log->read({})) std::this_thread::yield();
        // Time enough to close, for one who would not wait.
        for (int i = 0; i < 20'000 && !is_closed; ++i) std::this_thread::yield();
        CHECK_FALSE(is_closed);
        CHECK(event.type == "made");
        return fail(errc::failed, "enough");
    };
    log::stretch const all{.after = {}, .up_to = position{40}};
    CHECK(log->visit(of_tag("s-1"), all, visit).error().message == "enough");
    closer.join();
    CHECK(is_closed);
    CHECK(log->read({}).error().code == "closed");
}

#define DIPTYCH_CONCURRENCY_CONTRACT(...)                           \
    TEST_CASE_TEMPLATE_INVOKE(appenders, __VA_ARGS__);              \
    TEST_CASE_TEMPLATE_INVOKE(closing_beside_readers, __VA_ARGS__); \
    TEST_CASE_TEMPLATE_INVOKE(mixed_callers, __VA_ARGS__)

}  // namespace diptych::contract
