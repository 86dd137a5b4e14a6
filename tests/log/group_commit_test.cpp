#include "contract/inline_views.hpp"
#include "log/watched_memory.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

namespace diptych::contract {

TEST_CASE("a caller alone commits on his own thread, though there is a worker") {
    opened<watched_memory> log;
    auto woken = 0;
    log->on_work([&] { ++woken; });
    std::vector<std::thread::id> writers;
    log.fixture.on_write = [&] { writers.push_back(std::this_thread::get_id()); };
    for (int i = 0; i < 3; ++i) log.append({event("a-1", "made")}).or_throw();
    CHECK(writers == std::vector(3, std::this_thread::get_id()));
    CHECK(woken == 0);
}

TEST_CASE("who comes while a group is being written shares the next one, without a timer") {
    opened<watched_memory> log;
    constexpr std::uint64_t late = 7;
    std::atomic<bool> is_writing = false;
    log.fixture.on_write = [&] {
        if (is_writing.exchange(true)) return;
        is_writing.notify_all();
        while (log->statistics().queued < late) std::this_thread::yield();
    };
    {
        std::vector<std::jthread> callers;
        callers.emplace_back([&] { log.append({event("a-1", "made")}).or_throw(); });
        is_writing.wait(false);
        for (std::uint64_t i = 0; i < late; ++i)
            callers.emplace_back([&] { log.append({event("a-1", "made")}).or_throw(); });
    }
    CHECK(log->statistics().groups == 2);
    CHECK(log->end().position == position{1 + late});
}

TEST_CASE("a version found out before a write that is forgotten since is not relied on") {
    opened<watched_memory> log({.heads_max = 1});
    answers got;
    log->append({.events = {event("a-1", "made")}}, got.as(0));
    constexpr std::size_t at_once = 100;
    for (std::size_t written = 0; written <= 2 * append_events_max; written += at_once) {
        std::vector<event_data> others;  // in all, more streams than are remembered
        for (std::size_t i = 0; i < at_once; ++i)
            others.push_back(event("b-" + std::to_string(written + i), "made"));
        log->append({.events = std::move(others)}, [](auto const& answer) { CHECK(answer); });
    }
    log->append({.events = {event("a-1", "made")}}, got.as(1));  // knows of none, so far
    auto const none = expected_version::no_stream();
    log->append({.expect = {{"a-1", none}}}, got.as(2));
    while (log->commit_step()) {
    }
    REQUIRE(got.of(1)->versions.at("a-1") == version{2});
    CHECK(got.of(2).error().code == "stream_version");
    CHECK(log->verify({}));
    CHECK(versions(log->read_stream("a-1").or_throw()) == numbers{1, 2});
}

}  // namespace diptych::contract
