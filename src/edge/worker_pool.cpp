#include "edge/worker_pool.hpp"

#include <exception>
#include <string>
#include <utility>

namespace diptych::edge {

worker_pool::worker_pool(unsigned threads, std::size_t queue_max, report_function complain)
    : queue_max_(queue_max), complain_(std::move(complain)) {
    for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

void worker_pool::stop() {
    {
        std::lock_guard const lock(mutex_);
        stopping_ = true;
    }
    more_.notify_all();
    for (auto& one : threads_) one.join();
    threads_.clear();
}

bool worker_pool::reserve() {
    if (places_.fetch_add(1, std::memory_order_relaxed) < queue_max_) return true;
    places_.fetch_sub(1, std::memory_order_relaxed);
    return false;
}

void worker_pool::run(task what) {
    bool wake = false;
    try {
        std::lock_guard const lock(mutex_);
        queue_.push_back(std::move(what));
        wake = idle_ > 0;
    } catch (...) {
        places_.fetch_sub(1, std::memory_order_relaxed);
        throw;
    }
    if (wake) more_.notify_one();
}

void worker_pool::run_now(task& next) const {
    auto const complain = [this](std::string_view thrown) noexcept {
        try {
            if (complain_) complain_(thrown);
        } catch (...) {  // NOLINT(bugprone-empty-catch): there is nobody left to tell
        }
    };
    try {
        next();
    } catch (std::exception const& thrown) {
        complain(thrown.what());
    } catch (...) {
        complain("something that is no std::exception");
    }
}

void worker_pool::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        if (queue_.empty()) {
            if (stopping_) return;
            ++idle_;
            more_.wait(lock);
            --idle_;
            continue;
        }
        {
            auto next = std::exchange(queue_.front(), {});
            queue_.pop_front();
            lock.unlock();
            run_now(next);
        }
        places_.fetch_sub(1, std::memory_order_relaxed);
        lock.lock();
    }
}

}  // namespace diptych::edge
