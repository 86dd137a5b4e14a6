/// @file
/// A server on a free port, for tests of the server itself.
#pragma once

#include "edge/client.hpp"
#include "edge/server.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>

namespace diptych::testing {

/// Time that stands still until a test moves it on. Thread-safe.
class hand_clock {
public:
    std::chrono::steady_clock::time_point now() {
        std::lock_guard const lock(mutex_);
        ++looks_;
        looked_.notify_all();
        return std::chrono::steady_clock::time_point{elapsed_};
    }

    /// Returns when the server (of one thread) has looked and acted upon it.
    void move_on(std::chrono::milliseconds by) {
        std::unique_lock lock(mutex_);
        elapsed_ += by;
        auto const enough = looks_ + 2;  // at the second look it is done with the first
        REQUIRE(looked_.wait_for(lock, std::chrono::seconds{10}, [&] { return looks_ >= enough; }));
    }

    /// Whether it becomes true, asked at each tick, before two thousand of them are over.
    bool soon(auto const& question) {
        for (int ticks = 2'000; !question(); --ticks) {
            if (ticks == 0) return false;
            move_on(std::chrono::milliseconds{0});
        }
        return true;
    }

private:
    std::mutex mutex_;
    std::condition_variable looked_;
    std::chrono::milliseconds elapsed_{1'000'000};
    std::uint64_t looks_ = 0;
};

/// Requests that a test answers by hand, in any order. Thread-safe.
class held_requests {
public:
    struct held {
        http::request asked;
        http::responder to;
    };

    void put(http::request asked, http::responder to) {
        std::lock_guard const lock(mutex_);
        held_.push_back({std::move(asked), std::move(to)});
        came_.notify_all();
    }

    bool empty() {
        std::lock_guard const lock(mutex_);
        return held_.empty();
    }

    /// Waits for the next one.
    held next() {
        std::unique_lock lock(mutex_);
        REQUIRE(came_.wait_for(lock, std::chrono::seconds{10}, [this] { return !held_.empty(); }));
        auto one = std::move(held_.front());
        held_.pop_front();
        return one;
    }

private:
    std::mutex mutex_;
    std::condition_variable came_;
    std::deque<held> held_;
};

/// Answers 200 with "METHOD path?query body", says 500 at /throw, and holds what is asked below
/// /held.
struct server_fixture {
    explicit server_fixture(edge::server_options options = {})
        : server(local(std::move(options)), [this](http::request asked, http::responder to) {
              answer(std::move(asked), std::move(to));
          }) {
        auto const started = server.start();
        REQUIRE_MESSAGE(started.has_value(), (started ? "" : started.error().message));
    }

    http_client client() const { return http_client(server.port()); }

    hand_clock time;
    held_requests held;
    edge::server server;

private:
    edge::server_options local(edge::server_options options) {
        options.address = "127.0.0.1:0";
        if (options.threads == 0) options.threads = 1;  // reads in the order of sending
        options.now = [this] { return time.now(); };
        options.tick = std::chrono::milliseconds{5};
        return options;
    }

    void answer(http::request asked, http::responder to) {
        if (asked.path.starts_with("/held")) return held.put(std::move(asked), std::move(to));
        if (asked.path == "/throw") throw std::runtime_error("on purpose");
        if (asked.path == "/drop") return;
        if (asked.path == "/later")
            return to.answer_later([text = asked.body] { return http::response{.body = text}; });
        std::string text = asked.method + " " + asked.path;
        for (auto const& [name, value] : asked.query) text += " " + name + "=" + value;
        to.answer({.headers = {{"Content-Type", "text/plain"}}, .body = text + " " + asked.body});
    }
};

}  // namespace diptych::testing
