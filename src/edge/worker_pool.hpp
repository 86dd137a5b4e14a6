/// @file
/// Threads for what may block: reading, querying, deciding.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

namespace diptych::edge {

/// A few threads and a bounded queue in front of them. Thread-safe.
class worker_pool {
public:
    using task = std::move_only_function<void()>;

    using report_function = std::function<void(std::string_view what)>;

    /// `queue_max`: tasks waiting or running; beyond, reserve() says no. `complain` is told of what
    /// a task throws.
    worker_pool(unsigned threads, std::size_t queue_max, report_function complain = {});
    ~worker_pool() { stop(); }
    worker_pool(worker_pool const&) = delete;
    worker_pool& operator=(worker_pool const&) = delete;

    /// Takes a place in the queue. False if there is none: say "not now" to whoever asked.
    bool reserve();

    /// Runs a task, soon, in a place that was reserved. What it throws ends nothing but itself.
    void run(task what);

    /// Runs what was promised, then ends its threads. Blocking.
    void stop();

    std::size_t busy() const { return places_; }  ///< Tasks waiting or running.

private:
    void work();
    void run_now(task& next) const;

    std::size_t const queue_max_;
    report_function const complain_;
    std::atomic<std::size_t> places_ = 0;
    std::mutex mutex_;
    std::condition_variable more_;
    std::deque<task> queue_;  // guarded by mutex_
    unsigned idle_ = 0;       // guarded by mutex_
    bool stopping_ = false;   // guarded by mutex_
    std::vector<std::thread> threads_;
};

}  // namespace diptych::edge
