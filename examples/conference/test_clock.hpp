/// @file
/// A clock for tests: the machine's time and so much more, which can be changed while it runs.
#pragma once

#include <diptych/application.hpp>
#include <diptych/clock.hpp>

#include <atomic>
#include <chrono>

namespace conference {

/// Thread-safe. Time never goes back: it can only be moved further ahead.
class test_clock final : public diptych::clock {
public:
    explicit test_clock(std::chrono::milliseconds ahead) : ahead_(ahead) {}

    diptych::timestamp now() override { return diptych::system_clock().now() + ahead_.load(); }
    std::chrono::milliseconds ahead() const { return ahead_; }
    /// False, and nothing is changed, if that would be back.
    bool move_to(std::chrono::milliseconds ahead);

private:
    std::atomic<std::chrono::milliseconds> ahead_;
};

/// `GET /clock` says how far ahead it is, `{"ahead":"PT15M"}`; `PUT /clock` with such a body moves
/// it. The clock must outlive the application.
void add_clock_routes(diptych::application& app, test_clock& clock);

}  // namespace conference
