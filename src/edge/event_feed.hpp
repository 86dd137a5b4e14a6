/// @file
/// Server-sent events from the log: each follower reads on from where it is, as fast as its reader
/// takes it.
#pragma once

#include "edge/worker_pool.hpp"

#include <diptych/event_log.hpp>
#include <diptych/http.hpp>
#include <diptych/query.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace diptych::edge {

class follower;

/// All followers of one log. Thread-safe. Reads on worker threads, never on an I/O thread.
class event_feed {
public:
    using time_source = std::function<std::chrono::steady_clock::time_point()>;

    /// Keeps references: log and pool must outlive it.
    event_feed(
        event_log& log, worker_pool& pool, std::chrono::milliseconds heartbeat, time_source now
    );
    event_feed(event_feed const&) = delete;
    event_feed& operator=(event_feed const&) = delete;

    /// From now on, hints of the log wake the followers; until close().
    void open();
    void close() { hints_.reset(); }

    /// Sends what `what` matches after `after`, and goes on with what comes.
    void follow(http::stream to, query what, token after);

    /// Looks after heartbeats and what found no place in the pool. Called now and then.
    void tick();

private:
    void wake_all();
    void wake(std::shared_ptr<follower> const& one);
    void on_hint();

    event_log& log_;
    worker_pool& pool_;
    std::chrono::milliseconds const heartbeat_;
    time_source const now_;
    std::mutex mutex_;
    std::vector<std::shared_ptr<follower>> followers_;  // guarded
    std::atomic<std::size_t> count_ = 0;
    std::atomic<bool> waking_ = false;  // a task that wakes all lies in the pool
    std::atomic<bool> missed_ = false;  // a hint found no place there
    hint_registration hints_;
};

}  // namespace diptych::edge
