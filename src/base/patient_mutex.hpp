/// @file
/// A mutex that one may wait for no longer than so long.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace diptych {

/// As std::timed_mutex, whose way to wait (pthread_mutex_clocklock) g++ 12's thread sanitizer does
/// not see, and then takes each unlock for a fault.
class patient_mutex {
public:
    void lock() {
        std::unique_lock lock(mutex_);
        released_.wait(lock, [&] { return !is_held_; });
        is_held_ = true;
    }

    bool try_lock() { return try_lock_for(std::chrono::microseconds{}); }

    bool try_lock_for(std::chrono::microseconds most) {
        std::unique_lock lock(mutex_);
        if (!released_.wait_for(lock, most, [&] { return !is_held_; })) return false;
        is_held_ = true;
        return true;
    }

    void unlock() {
        std::lock_guard const lock(mutex_);
        is_held_ = false;
        released_.notify_one();
    }

private:
    std::mutex mutex_;
    std::condition_variable released_;
    bool is_held_ = false;
};

}  // namespace diptych
