#include "app/worker.hpp"

#include <sys/resource.h>

#include <pthread.h>

namespace diptych::app {

worker::worker(std::string name, worker_pace pace, step_function step, report_function report)
    : name_(std::move(name)), pace_(pace), step_(std::move(step)), report_(std::move(report)) {
    thread_ = std::thread([this] { run(); });
    ::pthread_setname_np(thread_.native_handle(), name_.substr(0, 15).c_str());
}

worker::~worker() {
    {
        std::lock_guard const lock(mutex_);
        stopping_ = true;
    }
    condition_.notify_one();
    thread_.join();
}

void worker::wake() {
    // A flag that is up already will be seen: the thread takes it down before it steps.
    if (woken_.exchange(true)) return;
    {
        std::lock_guard const lock(mutex_);
    }
    condition_.notify_one();
}

void worker::hurry() {
    {
        std::lock_guard const lock(mutex_);
        hurried_ = true;
        woken_ = true;
    }
    condition_.notify_one();
}

void worker::run() {
    // Of this thread alone, on Linux. Without it the work is done all the same.
    if (pace_.niceness > 0) (void)::setpriority(PRIO_PROCESS, 0, pace_.niceness);
    while (!stopping_) {
        woken_ = false;
        hurried_ = false;
        while (!stopping_ && run_step()) {
        }
        wait();
    }
}

bool worker::run_step() {
    auto const more = step_();
    if (more) {
        last_error_.clear();
        return *more;
    }
    if (more.error().message != last_error_) {
        last_error_ = more.error().message;
        report_(name_, more.error());
    }
    return false;
}

void worker::wait() {
    auto const rested = std::chrono::steady_clock::now() + pace_.gap;
    std::unique_lock lock(mutex_);
    auto const woken = [this] { return woken_.load() || stopping_.load(); };
    if (pace_.tick == std::chrono::milliseconds::zero())
        condition_.wait(lock, woken);
    else
        condition_.wait_for(lock, pace_.tick, woken);
    auto const hurried = [this] { return hurried_.load() || stopping_.load(); };
    if (pace_.rest > std::chrono::milliseconds::zero())
        condition_.wait_for(lock, pace_.rest, hurried);
    if (pace_.gap > std::chrono::milliseconds::zero()) condition_.wait_until(lock, rested, hurried);
}

}  // namespace diptych::app
