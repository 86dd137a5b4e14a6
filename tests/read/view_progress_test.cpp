#include "read/view_progress.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

using namespace diptych::read;

TEST_CASE("whoever takes a hint back is not called any more once that is done") {
    progress_hints hints;
    std::atomic<bool> inside = false;
    std::atomic<bool> done = false;
    auto registration = hints.add([&] {
        inside = true;
        inside.notify_one();
        for (int i = 0; i < 10'000; ++i) std::this_thread::yield();
        done = true;
    });
    std::thread giver{[&] { hints.give(); }};
    inside.wait(false);
    registration.reset();
    CHECK(done);
    giver.join();
}
