/// @file
/// Threads for what may block: reading, querying, deciding.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace diptych::edge {

/// A few threads and a bounded queue in front of them. Thread-safe.
class worker_pool {
public:
    using task = std::move_only_function<void()>;

    /// `queue_max`: tasks waiting or running; beyond, reserve() says no.
    worker_pool(unsigned threads, std::size_t queue_max);
    ~worker_pool() { stop(); }
    worker_pool(worker_pool const&) = delete;
    worker_pool& operator=(worker_pool const&) = delete;

    /// Takes a place in the queue. False if there is none: say "not now" to whoever asked.
    bool reserve();

    /// Runs a task, soon, in a place that was reserved. It must not throw.
    void run(task what);

    /// Runs what was promised, then ends its threads. Blocking.
    void stop();

    std::size_t busy() const { return places_; }  ///< Tasks waiting or running.

private:
    void work();

    std::size_t const queue_max_;
    std::atomic<std::size_t> places_ = 0;
    std::mutex mutex_;
    std::condition_variable more_;
    std::deque<task> queue_;  // guarded by mutex_
    unsigned idle_ = 0;       // guarded by mutex_
    bool stopping_ = false;   // guarded by mutex_
    std::vector<std::thread> threads_;
};

}  // namespace diptych::edge
