/// @file
/// How other threads tell an I/O thread that an answer has something to send.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace diptych::edge {

class reply;

/// Replies with news for one I/O thread. Thread-safe. Outlives the thread.
class mailbox {
public:
    /// `wake` is called when the first reply lies in an empty box.
    explicit mailbox(std::function<void()> wake) : wake_(std::move(wake)) {}

    void put(std::shared_ptr<reply> news) {
        std::lock_guard const lock(mutex_);
        if (closed_) return;
        news_.push_back(std::move(news));
        if (news_.size() == 1) wake_();
    }

    /// All there is; `taken` must be empty and lends its memory.
    void take(std::vector<std::shared_ptr<reply>>& taken) {
        std::lock_guard const lock(mutex_);
        news_.swap(taken);
    }

    /// From now on nobody is woken and nothing is kept.
    void close() {
        std::vector<std::shared_ptr<reply>> dropped;
        std::lock_guard const lock(mutex_);
        closed_ = true;
        dropped.swap(news_);
        wake_ = {};
    }

private:
    std::mutex mutex_;
    std::vector<std::shared_ptr<reply>> news_;  // guarded
    std::function<void()> wake_;                // guarded
    bool closed_ = false;                       // guarded
};

}  // namespace diptych::edge
