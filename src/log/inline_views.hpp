/// @file
/// The inline views that take part in commits, as one.
#pragma once

#include "log/inline_view.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::log {

/// The leader's, but for what is marked thread-safe.
class inline_views {
public:
    void attach(std::shared_ptr<inline_view> view);
    /// It is behind until it is attached; `why` is for whoever has to wait for it.
    void expect(std::string_view name, std::string_view why);
    void detach(std::string_view name);  ///< Also from those that are behind.

    bool empty() const { return views_.empty(); }

    /// Applies in each view. If one fails, the others have dropped it: refused if a constraint said
    /// no, unavailable if it may be tried again, failed for anything else.
    result<void> apply(std::span<recorded_event const> events);
    void keep();

    /// Ends a group, with events or without. Whether all could commit. Who could not is detached
    /// and behind.
    bool commit(log_end const& checkpoint);
    void abandon();

    /// All have missed something that is in the log.
    void fall_behind();

    std::vector<std::string> behind() const;       ///< Their names. Thread-safe.
    std::string why_behind() const;                ///< Names and reasons. Thread-safe.
    bool is_behind() const { return is_behind_; }  ///< Whether one is. Thread-safe.

private:
    struct absent {
        std::string name;
        std::string why;
    };

    std::vector<std::shared_ptr<inline_view>> views_;
    std::mutex mutable mutex_;  // guards behind_
    std::vector<absent> behind_;
    std::atomic<bool> is_behind_ = false;
};

}  // namespace diptych::log
