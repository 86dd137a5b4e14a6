/// @file
/// A thread that runs one step again and again: at once while there is work, else when woken or
/// when its tick comes.
///
/// Every thread of the engine is one of these; everything they run is passive.
#pragma once

#include <diptych/error.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace diptych::app {

/// How a worker waits.
struct worker_pace {
    std::chrono::milliseconds tick{0};  ///< Steps at least this often; zero: only when woken.
    std::chrono::milliseconds rest{0};  ///< From being woken to the step, so that hints gather.
    std::chrono::milliseconds gap{0};   ///< From its last step to the next, so that hints gather
                                        ///< while there are many; hurry() ends it.
    int niceness = 0;                   ///< Of its thread: 1 to 19 lets others go first.
};

/// Runs `step` until it says that there is nothing more to do, then waits. Thread-safe.
class worker {
public:
    /// Whether there may be more to do at once. An error is reported and treated as "nothing more".
    using step_function = std::function<result<bool>()>;
    using report_function = std::function<void(std::string const& worker, error const& what)>;

    /// Starts the thread. The same error is reported once until a step succeeds.
    worker(std::string name, worker_pace pace, step_function step, report_function report);

    /// Stops after the step under way. Blocking.
    ~worker();

    worker(worker const&) = delete;
    worker& operator=(worker const&) = delete;

    /// There may be something to do. Cheap; returns at once.
    void wake();

    /// As wake(), and somebody waits for it: no time is left for hints to gather.
    void hurry();

    std::string const& name() const { return name_; }

private:
    void run();
    bool run_step();
    void wait();

    std::string const name_;
    worker_pace const pace_;
    step_function const step_;
    report_function const report_;
    std::string last_error_;  // the thread's own

    std::atomic<bool> woken_ = false;
    std::atomic<bool> hurried_ = false;
    std::atomic<bool> stopping_ = false;
    std::mutex mutex_;  // guards the waiting, not the flags
    std::condition_variable condition_;
    std::thread thread_;
};

}  // namespace diptych::app
