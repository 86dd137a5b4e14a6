/// @file
/// Deciding inside the commit step, where nothing can come between.
#pragma once

#include "log/proposal.hpp"
#include "write/attempt.hpp"
#include "write/hot_states.hpp"
#include "write/unit.hpp"

#include <diptych/clock.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>

namespace diptych::write {

/// What watches user code inside the commit step.
struct watchdog {
    clock* time;
    std::chrono::microseconds slow;
    std::function<void(std::string_view command, std::chrono::microseconds took)> on_slow;
};

/// What the log calls to decide `of` again as a whole, starting from the states loaded before.
/// Keeps references: `hot` and `watch` must outlive it.
///
/// It goes cold when events it needs are not in memory, or when an earlier state or command now
/// leads to a later state that was not loaded.
log::redecide decide_again(
    std::shared_ptr<attempt> of,
    std::shared_ptr<unit const> base,
    hot_states& hot,
    watchdog const& watch
);

}  // namespace diptych::write
