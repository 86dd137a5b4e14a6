/// @file
/// Live queries: rows as server-sent events, and their changes as the view moves on.
///
/// Who asks the same shares one group. When a view has moved, each group on it asks once, on a
/// worker thread, compares with what it had, and sends all its readers the same bytes. Moves in
/// between are taken together. Only a part of the workers does so at once, and a group that is dear
/// to ask rests as long as that took.
#pragma once

#include "edge/live_group.hpp"
#include "edge/recurring_task.hpp"
#include "edge/worker_pool.hpp"
#include "read/view_set.hpp"

#include <diptych/clock.hpp>
#include <diptych/http.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace diptych::edge {

/// See the file comment. Thread-safe.
class live_queries {
public:
    struct options {
        std::size_t groups_max;
        std::size_t asking_max;  ///< Groups that ask at once.
        std::chrono::milliseconds heartbeat;
        std::function<std::chrono::steady_clock::time_point()> now;
    };

    /// Keeps references: views, pool and clock must outlive it.
    live_queries(read::view_set& views, worker_pool& pool, clock& time, options how);
    live_queries(live_queries const&) = delete;
    live_queries& operator=(live_queries const&) = delete;

    /// From now on, progress of views wakes the groups; until close().
    void open();
    void close() { hints_.reset(); }

    /// Answers a query with a stream: the rows, or what a reader has missed since `Last-Event-ID`,
    /// then the changes. What is wrong with it is answered before. `least`: what the rows are to
    /// show. Blocking.
    void follow(http::request const& asked, position least, http::responder to);

    /// Looks after heartbeats, ends and rests. Called now and then.
    void tick();

private:
    using group_ptr = std::shared_ptr<live_group>;

    result<live_question> question_of(http::request const& asked) const;
    result<group_ptr> group_of(live_question what);
    bool make_room();
    void on_hint();
    void look();
    void look_after_all();
    void ask_more();
    void ask_next();
    void forget(group_ptr const& one);

    read::view_set& views_;
    worker_pool& pool_;
    clock& time_;
    options const how_;
    std::mutex mutex_;                                        // guards what follows
    std::unordered_multimap<std::size_t, group_ptr> groups_;  // by hash of the question
    std::deque<group_ptr> due_;
    std::size_t asking_ = 0;  // tasks in the pool that ask
    std::atomic<std::size_t> count_ = 0;
    recurring_task looking_;
    std::atomic<bool> is_late_ = false;  // it is to look after all
    std::atomic<std::chrono::steady_clock::time_point> looked_after_ = {};
    hint_registration hints_;
};

}  // namespace diptych::edge
