/// @file
/// Queries that wait until a view shows a token, without a thread that waits with them.
#pragma once

#include "edge/recurring_task.hpp"
#include "edge/worker_pool.hpp"
#include "read/view_set.hpp"

#include <diptych/http.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace diptych::edge {

/// See the file comment. Thread-safe.
class view_waits {
public:
    using time_source = std::function<std::chrono::steady_clock::time_point()>;
    using then = std::function<void(http::request, http::responder)>;

    struct options {
        std::size_t waiting_max;
        std::chrono::milliseconds wait_max;
        time_source now;
    };

    /// Keeps references: views and pool must outlive it.
    view_waits(read::view_set& views, worker_pool& pool, options how);
    view_waits(view_waits const&) = delete;
    view_waits& operator=(view_waits const&) = delete;

    /// From now on, progress of views wakes who waits for it; until close(). It answers whose token
    /// is there, and tells the others "not now". So it is from then on. Blocking.
    void open();
    void close();

    /// Calls `go_on` on a worker thread when the view shows `point`; answers itself if it cannot
    /// (400 or 410: such a token never comes; 404; 503: the time is up). Called on a worker thread.
    void wait(
        std::string view, token point, http::request asked, http::responder to, then const& go_on
    );

    /// Looks after those whose time is up. Called now and then.
    void tick();

private:
    struct waiting {
        std::string view;
        token point;
        std::chrono::steady_clock::time_point until;
        http::request asked;
        http::responder to;
        then go_on;
    };
    static http::response too_late(waiting const& one);
    static http::response too_many(waiting const& one);
    void settle(std::unique_ptr<waiting> one, http::response (*otherwise)(waiting const&)) const;
    std::exception_ptr settle_all(std::vector<std::unique_ptr<waiting>> all) const;
    void on_hint();
    void look();

    read::view_set& views_;
    options const how_;
    std::mutex mutex_;
    bool open_ = false;                              // guarded
    std::vector<std::unique_ptr<waiting>> waiting_;  // guarded
    std::atomic<std::size_t> count_ = 0;
    recurring_task looking_;
    hint_registration hints_;
};

}  // namespace diptych::edge
