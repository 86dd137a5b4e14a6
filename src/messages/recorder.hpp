/// @file
/// Records of commands on their way to the log: put in by those who answer, appended by a step.
#pragma once

#include "log/sequenced_log.hpp"
#include "write/handled_command.hpp"

#include <diptych/error.hpp>
#include <diptych/event.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

namespace diptych::messages {

/// Nobody waits for it: what has been put in and not been appended is lost with the program, and
/// what comes while it is full is not kept, but counted. Thread-safe; step() is one thread's.
class recorder {
public:
    static constexpr std::size_t waiting_max = 10'000;           ///< Commands.
    static constexpr std::size_t waiting_bytes_max = 64u << 20;  ///< Of what they say.

    /// Keeps a reference: the log must outlive it.
    explicit recorder(log::sequenced_log& log) : log_(log) {}

    /// Returns at once.
    void put(write::handled_command what);

    /// Appends some of what waits, about a mebibyte. Whether there may be more. Blocking.
    ///
    /// Fails with what appending failed with. What could not be written for now (unavailable) waits
    /// on; of the rest only records that can not be written are left out, and counted.
    result<bool> step();

    std::size_t waiting() const;    ///< Commands.
    std::uint64_t dropped() const;  ///< Commands without a record.

    /// Called after put(), on its thread.
    void on_work(std::function<void()> wake);

private:
    std::vector<event_data> take();
    result<void> append(std::vector<event_data> records);
    result<void> append_each(std::vector<event_data> records);
    void put_back(std::vector<event_data> records);
    void is_done(std::size_t written, std::size_t dropped);

    log::sequenced_log& log_;
    std::deque<event_data> records_;  // of what has been taken; of whoever steps
    mutable std::mutex mutex_;        // guards everything below
    std::deque<write::handled_command> waiting_;
    std::size_t bytes_ = 0;     // of those
    std::size_t commands_ = 0;  // of those and of records_
    std::uint64_t dropped_ = 0;
    std::function<void()> wake_;
};

}  // namespace diptych::messages
