/// @file
/// How far a view is and how it fares: written by whoever steps it, read by everybody.
#pragma once

#include <diptych/clock.hpp>
#include <diptych/error.hpp>
#include <diptych/position.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace diptych::read {

enum class view_state : std::uint8_t {
    running,   ///< Up to date or catching up.
    paused,    ///< Stopped at an event that it fails on; resume() tries again.
    failed,    ///< Not served: its file does not belong to this log, or does not open.
    detached,  ///< Inline, but out of the commit step until it has caught up.
};

/// What can be said of a view at one moment.
struct view_moment {
    token at = {};
    view_state state = view_state::running;
    std::optional<error> last_error = {};
    int attempts = 0;  ///< Of the event behind `at`, all failed.
    std::optional<timestamp> retry_at = {};
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

/// Those who want to hear that some view has moved on. Thread-safe.
class progress_hints {
public:
    std::shared_ptr<void> add(std::function<void()> hint) {
        auto kept = std::make_shared<std::function<void()>>(std::move(hint));
        std::scoped_lock const guard{mutex_};
        std::erase_if(hints_, [](auto const& one) { return one.expired(); });
        hints_.push_back(kept);
        return kept;
    }
    void give() const {
        std::vector<std::shared_ptr<std::function<void()>>> live;
        {
            std::scoped_lock const guard{mutex_};
            for (auto const& one : hints_)
                if (auto kept = one.lock()) live.push_back(std::move(kept));
        }
        for (auto const& one : live) (*one)();
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::weak_ptr<std::function<void()>>> hints_;  // guarded by mutex_
};

}  // namespace diptych::read
