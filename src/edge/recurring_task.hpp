/// @file
/// A task of a pool that is wanted again and again, often by hints, and needs no second place in
/// the queue while it waits in the first.
#pragma once

#include "edge/worker_pool.hpp"

#include <atomic>
#include <functional>
#include <utility>

namespace diptych::edge {

/// Thread-safe. Keeps a reference: the pool must outlive it, and it what it has put in.
class recurring_task {
public:
    recurring_task(worker_pool& in, std::function<void()> what)
        : pool_(in), what_(std::move(what)) {}

    /// Runs it soon, on a thread of the pool; not at all if the pool is full: whoever wants it for
    /// sure asks again. Returns at once.
    void want() {
        if (is_queued_.exchange(true)) return;
        if (!pool_.reserve()) {
            is_queued_ = false;
            return;
        }
        pool_.run([this] {
            is_queued_ = false;
            what_();
        });
    }

private:
    worker_pool& pool_;
    std::function<void()> const what_;
    std::atomic<bool> is_queued_ = false;
};

}  // namespace diptych::edge
