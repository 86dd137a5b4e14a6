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

}  // namespace diptych::contract
