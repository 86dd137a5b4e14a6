/// @file
/// What the parts of one server share.
#pragma once

#include "edge/memory_bound.hpp"
#include "edge/server.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <string>

namespace diptych::edge {

/// Options, the handler and the counters of a server. Outlives it, in the hands of late answers.
struct hub {
    hub(server_options chosen, http::handler handle)
        : options(std::move(chosen)),
          answer(std::move(handle)),
          memory(options.limits.held_bytes) {}

    /// Calls the handler; what it throws is told, and answered by the dropped responder.
    void handle(http::request asked, http::responder to) const {
        try {
            answer(std::move(asked), std::move(to));
        } catch (std::exception const& thrown) {
            complain(std::string("a handler threw: ") + thrown.what());
        } catch (...) {
            complain("a handler threw something that is no std::exception");
        }
    }

    void closed_one() {
        if (connections.fetch_sub(1) != 1) return;
        std::lock_guard const lock(mutex_);
        none_left_.notify_all();
    }

    /// Waits until there is no connection, for at most so long. Blocking.
    void wait_for_none(std::chrono::milliseconds at_most) {
        std::unique_lock lock(mutex_);
        none_left_.wait_for(lock, at_most, [this] { return connections == 0; });
    }

    need need_of(http::request const& asked) const {
        return options.is_vital && options.is_vital(asked) ? need::vital : need::ordinary;
    }

    void complain(std::string_view of) const {
        if (options.complain) options.complain(of);
    }

    server_options const options;
    http::handler const answer;
    memory_bound memory;  ///< Of requests and of answers that are not sent, streams included.
    std::atomic<bool> draining = false;  ///< From now on every answer closes its connection.

    std::atomic<std::uint64_t> accepted = 0;
    std::atomic<std::uint64_t> turned_away = 0;
    std::atomic<std::uint64_t> timed_out = 0;
    std::atomic<std::uint64_t> connections = 0;
    std::atomic<std::uint64_t> streams = 0;
    std::atomic<std::uint64_t> closed_when_full = 0;

private:
    std::mutex mutex_;  // for waiting only
    std::condition_variable none_left_;
};

}  // namespace diptych::edge
