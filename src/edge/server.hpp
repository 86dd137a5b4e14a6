/// @file
/// An HTTP/1.1 server: sockets, limits and time-outs. It knows no routes.
///
/// A few I/O threads parse requests and send answers; none of them ever waits for a handler.
/// Answers on one connection go out in the order of its requests, whenever the handlers finish.
#pragma once

#include <diptych/error.hpp>
#include <diptych/http.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace diptych::edge {

/// Bounds of one server. What goes beyond is answered with the status that says so.
struct server_limits {
    std::size_t header_bytes = 16u << 10;  ///< Start line and headers: 431.
    std::size_t target_bytes = 8u << 10;   ///< Path and query: 414.
    std::size_t body_bytes = 16u << 20;    ///< 413.
    std::size_t connections = 12'000;      ///< One more is answered 503 and closed.
    std::size_t pipelined = 32;           ///< Unanswered requests of one connection; then it waits.
    std::size_t unsent_bytes = 1u << 20;  ///< Of answers on one connection; then, too.
    /// Of all connections together: requests being received or worked on, answers and streams that
    /// are not sent. When seven eighths are taken, who needs more is answered 503, and a stream
    /// that has more to send is closed. The last eighth is kept for what is vital.
    std::size_t held_bytes = 512u << 20;
    /// When that is full: connections that have waited so long for the other side are closed, those
    /// that have waited longest first, until there is room.
    std::chrono::milliseconds full_time{1'000};
    std::size_t stream_bytes = 1u << 20;  ///< Waiting in one stream; beyond, it is closed.
    std::chrono::milliseconds header_time{10'000};  ///< From a request's first byte: 408.
    std::chrono::milliseconds body_time{60'000};    ///< From the end of its header: 408.
    std::chrono::milliseconds idle_time{75'000};    ///< Between requests.
    std::chrono::milliseconds write_time{30'000};   ///< Without the other side taking a byte.
    std::chrono::milliseconds drain_time{20'000};   ///< For answering what was accepted, in stop().
};

struct server_options {
    std::string address = "127.0.0.1:8080";  ///< Host and port; port 0 takes a free one.
    unsigned threads = 0;                    ///< For I/O; 0: as many as suit the machine.
    server_limits limits = {};

    /// Which requests are answered also when memory is full. Must be quick; any I/O thread.
    std::function<bool(http::request const&)> is_vital = {};

    /// How time-outs tell the time, looked at every `tick`.
    std::function<std::chrono::steady_clock::time_point()> now = std::chrono::steady_clock::now;
    std::chrono::milliseconds tick{250};
    std::function<void()> on_tick = {};  ///< Called at each tick on one I/O thread; must be quick.

    /// Told of each answer: the route that responder::mark named, its status and the time it took.
    std::function<void(std::uint32_t route, int status, std::chrono::nanoseconds took)> observe = {
    };

    /// Told of what went wrong with no client to tell it to. Any thread.
    std::function<void(std::string_view)> complain = {};
};

/// What has happened and what is there, for /metrics.
struct server_statistics {
    std::uint64_t accepted = 0;
    std::uint64_t turned_away = 0;  ///< For want of connections.
    std::uint64_t timed_out = 0;
    std::uint64_t closed_when_full = 0;  ///< See server_limits::full_time.
    std::uint64_t connections = 0;       ///< Now.
    std::uint64_t streams = 0;           ///< Now.
    std::uint64_t held_bytes = 0;        ///< Now; see server_limits.
};

/// Thread-safe, but for start and stop: one thread.
class server {
public:
    /// Keeps `answer` and calls it on the I/O threads.
    server(server_options options, http::handler answer);
    ~server();  ///< Stops, if that was not done.
    server(server const&) = delete;
    server& operator=(server const&) = delete;

    /// Binds, listens and starts the threads.
    ///
    /// Fails with invalid if the address does not read, unavailable if it cannot be bound.
    result<void> start();

    /// Stops accepting, answers what was accepted (with `Connection: close`, at most for the drain
    /// time), closes idle connections and streams. Blocking.
    void stop();

    /// The port it listens on.
    std::uint16_t port() const;

    server_statistics statistics() const;

    /// Whether there is no memory for answering this. Any thread.
    bool is_full_for(http::request const& asked) const;

private:
    class implementation;
    std::unique_ptr<implementation> implementation_;
};

/// Whether an address given as "host:port" names this machine only. Fails with invalid if it does
/// not read.
result<bool> is_loopback(std::string_view address);

}  // namespace diptych::edge
