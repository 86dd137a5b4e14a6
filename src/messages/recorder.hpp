/// @file
/// Records of commands on their way to the log: put in by those who answer, appended by a step.
#pragma once

#include "log/sequenced_log.hpp"
#include "write/handled_command.hpp"

#include <diptych/error.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>

namespace diptych::messages {

/// Nobody waits for it: what has been put in and not been appended is lost with the program, and
/// what comes while it is full is not kept, but counted. Thread-safe; step() is one thread's.
class recorder {
public:
    static constexpr std::size_t waiting_max = 10'000;

    /// Keeps a reference: the log must outlive it.
    explicit recorder(log::sequenced_log& log) : log_(log) {}

    /// Returns at once.
    void put(write::handled_command what);

    /// Appends some of what waits. Whether there may be more. Blocking.
    ///
    /// Fails with what appending failed with; what could not be written for now waits on.
    result<bool> step();

    std::size_t waiting() const;
    std::uint64_t dropped() const;  ///< Commands without a record.

    /// Called after put(), on its thread.
    void on_work(std::function<void()> wake);

private:
    std::deque<write::handled_command> take();
    void put_back(std::deque<write::handled_command> some);

    log::sequenced_log& log_;
    mutable std::mutex mutex_;  // guards everything below
    std::deque<write::handled_command> waiting_;
    std::uint64_t dropped_ = 0;
    std::function<void()> wake_;
};

}  // namespace diptych::messages
