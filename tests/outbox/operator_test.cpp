#include "outbox/outbox_fixture.hpp"

#include <atomic>
#include <thread>

using namespace diptych;
using namespace diptych::outbox;
using namespace std::chrono_literals;

TEST_CASE("a channel that is only looked at says so, and that it can not be resumed") {
    outbox_fixture at("");
    at.append("order-1");
    at.channel->look().or_throw();
    CHECK(at.channel->status().state == endpoint::channel_state::stopped);
    CHECK(at.channel->status().lag == 1);
    CHECK(at.channel->expect_served().error().code == "channel_not_served");
}

TEST_CASE("people may look at a channel and change it while it runs") {
    outbox_fixture at("on_refused = \"park\"\nattempts_max = 1\n");
    at.to.decide = [](message const& what) {
        return what.version.value % 5 == 0 ? fate::refused : fate::delivered;
    };
    for (int i = 0; i < 200; ++i) at.append("order-" + std::to_string(i % 10));
    std::atomic<bool> done = false;
    std::thread runner([&] {
        while (!done) (void)at.channel->step();
    });
    std::thread person([&] {
        while (!done) {
            (void)at.channel->status();
            for (auto const& one : at.channel->dead_letters({}, 100).or_throw())
                (void)at.channel->drop(one.what.stream);
            at.channel->resume();
        }
    });
    for (int i = 0; i < 100'000 && at.channel->status().delivered < 160; ++i)
        std::this_thread::yield();
    auto const reached = [&] { return at.channel->status().delivered >= 160; };
    for (auto const until = std::chrono::steady_clock::now() + 60s;
         !reached() && std::chrono::steady_clock::now() < until;)
        std::this_thread::yield();
    done = true;
    runner.join();
    person.join();
    CHECK(at.channel->status().delivered == 160);
    for (int i = 0; i < 10; ++i)
        CHECK(at.to.versions_of("order-" + std::to_string(i)).size() == 16);
}
