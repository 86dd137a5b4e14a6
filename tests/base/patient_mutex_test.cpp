#include "base/patient_mutex.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

using namespace diptych;
using namespace std::chrono_literals;

TEST_CASE("one thread at a time holds a patient mutex") {
    patient_mutex mutex;
    long count = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int times = 0; times < 1'000; ++times) {
                std::lock_guard const lock(mutex);
                count = count + 1;
            }
        });
    threads.clear();
    CHECK(count == 4'000);
}

TEST_CASE("who waits for a patient mutex does so for as long as was said") {
    patient_mutex mutex;
    mutex.lock();
    CHECK_FALSE(mutex.try_lock());
    auto const from = std::chrono::steady_clock::now();
    CHECK_FALSE(mutex.try_lock_for(2ms));
    CHECK(std::chrono::steady_clock::now() - from >= 2ms);
    mutex.unlock();
    CHECK(mutex.try_lock());
    mutex.unlock();
}

TEST_CASE("who waits for a patient mutex gets it when it is let go") {
    patient_mutex mutex;
    mutex.lock();
    std::atomic<bool> has_it{};
    std::jthread waiting([&] { has_it = mutex.try_lock_for(std::chrono::minutes{5}); });
    mutex.unlock();
    waiting.join();
    CHECK(has_it);
    CHECK_FALSE(mutex.try_lock());
}
