/// @file
/// Carries a process: follows the log, reacts to each input once, sends the commands it asked for
/// and fires its timers.
///
/// Everything is in the log before it has an effect: the reaction before the first send, the answer
/// beside it, the timer when it is due (docs/reference/process-events.md). A runner that is dropped
/// at any point and built again goes on where the log says. Two runners of one process do no harm.
#pragma once

#include "log/sequenced_log.hpp"
#include "write/executor.hpp"
#include "write/process_status.hpp"

#include <diptych/clock.hpp>
#include <diptych/model.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>

namespace diptych::write {

/// Bounds of a process runner.
struct process_options {
    position start_after{};            ///< Inputs up to here are not reacted to.
    std::size_t inputs_per_step = 64;  ///< Inputs looked at in one step.
    std::size_t cached_instances_max = 1'000;
    std::size_t snapshot_after = 1'024;  ///< Records and inputs between notes of how far it is.
    std::chrono::microseconds rest_first = std::chrono::milliseconds{100};  ///< After a failure.
    std::chrono::microseconds rest_longest = std::chrono::seconds{30};
};

/// How a process is doing.
struct process_statistics {
    position at{};  ///< Inputs up to here have been reacted to.
    std::uint64_t inputs = 0;
    std::uint64_t reactions = 0;  ///< Recorded by this runner.
    std::uint64_t sent = 0;       ///< Commands sent, again or not.
    std::uint64_t fired = 0;      ///< Timers fired by this runner.
    std::uint64_t open = 0;       ///< Commands without an answer now.
    std::uint64_t timers = 0;     ///< Timers running now.
};

/// See the file comment. step() by one thread at a time; the rest is thread-safe.
class process_runner {
public:
    /// Keeps references: all of them must outlive it.
    process_runner(
        model::process const& process,
        log::sequenced_log& log,
        executor& commands,
        clock& time,
        random_source& random,
        process_options options = {}
    );
    ~process_runner();
    process_runner(process_runner const&) = delete;
    process_runner& operator=(process_runner const&) = delete;

    /// Does a bounded piece of what is to be done: sends what waits, fires what is due, reacts to
    /// what is new. Whether there may be more at once. Never waits for time.
    ///
    /// Fails with what user code or the log said. Nothing is skipped: the same is tried again after
    /// a rest, which gets longer each time; steps until then do nothing and answer false.
    result<bool> step();

    /// When there is something to do even if nothing is recorded: a timer is due, or a rest over.
    std::optional<timestamp> next_due() const;

    process_status status() const;

    process_statistics statistics() const;

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

}  // namespace diptych::write
