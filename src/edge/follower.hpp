/// @file
/// One reader of server-sent events.
#pragma once

#include "edge/event_pages.hpp"

#include <diptych/event_log.hpp>
#include <diptych/http.hpp>

#include <atomic>
#include <chrono>
#include <string>

namespace diptych::edge {

/// Follows the log for one stream. read_on() by one thread at a time; the rest is thread-safe.
class follower {
public:
    follower(http::stream to, query what, token after, std::chrono::steady_clock::time_point now)
        : to_(std::move(to)), what_(std::move(what)), seen_(after), last_sent_(now) {}

    bool is_open() const { return to_.is_open(); }
    http::stream& stream() { return to_; }

    /// Notes that there may be more. True if somebody should call read_on for it.
    bool note() { return notes_.fetch_add(1) == 0; }
    /// Takes the note back: nobody will.
    void withdraw() { notes_ = 0; }

    /// Sends what there is, as long as the reader takes it, until no notes are left.
    void read_on(event_log const& log, std::chrono::steady_clock::time_point now);

    /// Whether nothing was sent for so long. It then sends a sign of life at the next read_on.
    bool needs_heartbeat(
        std::chrono::steady_clock::time_point now, std::chrono::milliseconds after
    );

private:
    void read_all(event_log const& log);
    bool send(page const& events);
    bool flush(std::string& text, token upto);

    http::stream to_;
    query const what_;
    reading_pace pace_;
    token seen_;          // sent, or known to be nothing for this reader
    bool wrote_ = false;  // since last_sent_ was set
    std::atomic<int> notes_ = 0;
    std::atomic<bool> beat_ = false;
    std::atomic<std::chrono::steady_clock::time_point> last_sent_;
};

}  // namespace diptych::edge
