/// @file
/// Tasks that must not run where they come up, for example on the commit step's thread.
#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <utility>

namespace diptych::app {

/// A queue that whoever owns it works off. Its length is bounded by those who put in: one task for
/// each command under way. Thread-safe.
class errands {
public:
    using task = std::move_only_function<void()>;

    void add(task what) {
        std::function<void()> wake;
        {
            std::lock_guard const lock(mutex_);
            waiting_.push_back(std::move(what));
            wake = wake_;
        }
        if (wake) wake();
    }

    /// Runs the oldest. False if there was none.
    bool step() {
        task next;
        {
            std::lock_guard const lock(mutex_);
            if (waiting_.empty()) return false;
            next = std::move(waiting_.front());
            waiting_.pop_front();
        }
        next();
        return true;
    }

    /// Called after add, on its thread.
    void on_work(std::function<void()> wake) {
        std::lock_guard const lock(mutex_);
        wake_ = std::move(wake);
    }

private:
    std::mutex mutex_;  // guards both
    std::deque<task> waiting_;
    std::function<void()> wake_;
};

}  // namespace diptych::app
