/// @file
/// How far a view is and how it fares: written by whoever steps it, read by everybody.
#pragma once

#include "log/hint_list.hpp"
#include "read/parking_state.hpp"

#include <diptych/clock.hpp>
#include <diptych/error.hpp>
#include <diptych/position.hpp>

#include <mutex>
#include <optional>

namespace diptych::read {

enum class view_state : std::uint8_t {
    running,   ///< Up to date or catching up.
    paused,    ///< Stopped at an event that it fails on; resume() tries again.
    failed,    ///< Not served: its file is not of this log, or does not open. Tried again.
    detached,  ///< Inline, but out of the commit step until it has caught up.
};

/// What can be said of a view at one moment.
struct view_moment {
    token at = {};
    view_state state = view_state::running;
    std::optional<error> last_error = {};
    int attempts = 0;  ///< Of the event behind `at`, all failed.
    std::optional<timestamp> retry_at = {};
    parking_state parking = {};
};

/// Thread-safe.
class view_progress {
public:
    view_moment now() const {
        std::scoped_lock const guard{mutex_};
        return moment_;
    }
    token at() const {
        std::scoped_lock const guard{mutex_};
        return moment_.at;
    }
    void change(auto with) {
        std::scoped_lock const guard{mutex_};
        with(moment_);
    }

private:
    mutable std::mutex mutex_;
    view_moment moment_;  // guarded by mutex_
};

/// Those who want to hear that some view has moved on. Thread-safe. Registrations may outlive it.
class progress_hints : public log::hint_list {
public:
    void give() const { call(); }
};

}  // namespace diptych::read
