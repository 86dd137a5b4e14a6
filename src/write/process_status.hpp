/// @file
/// How a process is doing: whether it goes on, and if not, since when and why.
#pragma once

#include <diptych/clock.hpp>
#include <diptych/error.hpp>
#include <diptych/position.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace diptych::write {

enum class process_state : std::uint8_t {
    running,  ///< Goes on, or has nothing to do.
    waiting,  ///< Something is away for now: what it asks for is tried again.
    stuck,    ///< Inputs of an instance can not be reacted to, or its records not be read.
};

std::string_view to_string(process_state state);

struct process_status {
    process_state state = process_state::running;
    token at = {};             ///< Inputs up to here have been reacted to, or are parked.
    std::uint64_t lag = 0;     ///< Events behind the end of the log.
    std::uint64_t parked = 0;  ///< Inputs that wait.
    std::uint64_t dead = 0;    ///< Of those, given up until a person says otherwise.
    std::optional<error> last_error = {};
    int attempts = 0;  ///< Of what comes next for all of its instances, all failed.
    std::optional<timestamp> retry_at = {};
};

/// How long to rest after so many failures: `first`, then twice as long each time, at most
/// `longest`.
std::chrono::microseconds growing_rest(
    std::chrono::microseconds first, std::chrono::microseconds longest, int failures
);

/// The rest after a failure that concerns all instances. Not thread-safe.
class process_pause {
public:
    process_pause(std::chrono::microseconds first, std::chrono::microseconds longest)
        : first_(first), longest_(longest) {}

    /// Failures at another position than the last one begin with the shortest rest again.
    void note_failure(position at, error why, timestamp now);
    void note_success();

    /// Whether it is not yet time to try again. A clock that was set back makes no rest longer.
    bool is_on(timestamp now) const {
        return retry_at_ && now < *retry_at_ && *retry_at_ - now <= longest_;
    }

    std::optional<timestamp> retry_at() const { return retry_at_; }

    /// Fills in state, last_error, attempts and retry_at.
    void describe(process_status& in) const;

private:
    std::chrono::microseconds first_;
    std::chrono::microseconds longest_;
    position at_{};
    int attempts_ = 0;
    std::optional<error> last_error_ = {};
    std::optional<timestamp> retry_at_ = {};
};

/// Whether nothing is wrong with what was asked for: it may be tried again as it is.
bool passes_by_itself(error const& what);

}  // namespace diptych::write
