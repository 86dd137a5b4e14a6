/// @file
/// How much of the time is spent on building versions beside those that are served: all of it while
/// nothing is recorded, else so little that commits do not take longer for it.
///
/// Additive increase, multiplicative decrease, as TCP does it (Chiu and Jain, 1989): what is
/// watched is how long a commit takes, against the best that was seen lately.
#pragma once

#include <diptych/clock.hpp>

#include <chrono>
#include <cstdint>

namespace diptych::read {

/// What the log says of its commits so far.
struct commit_load {
    std::uint64_t groups = 0;
    std::uint64_t commit_us = 0;  ///< Spent in them.
};

/// Passive; one thread's.
class build_pace {
public:
    /// Of one piece of work.
    std::chrono::microseconds piece() const;

    /// A piece of work has taken so long; what is to be rested now, perhaps nothing.
    std::chrono::microseconds rest_after(
        std::chrono::microseconds worked, timestamp now, commit_load const& so_far
    );

    /// The part of the time that may be worked, 0 to 1.
    double share() const { return share_; }

private:
    void look(timestamp now, commit_load const& so_far);

    double share_ = 1;
    double quiet_us_ = 0;  // the best mean of a commit; 0: none was seen
    bool is_busy_ = false;
    commit_load before_ = {};
    timestamp looked_at_ = {};
    bool has_looked_ = false;
};

}  // namespace diptych::read
