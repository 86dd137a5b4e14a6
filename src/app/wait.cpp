#include "app/node.hpp"

#include <diptych/try.hpp>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>

namespace diptych::app {

namespace {

std::unexpected<error> still_behind(std::string_view view, token const& point) {
    return fail(
        errc::unavailable,
        "view_behind",
        "view " + std::string(view) + " has not come to " + to_string(point) + " in time; ask again"
    );
}

/// Wakes a waiting thread. Shared with the hint, which may come late.
struct bell {
    std::mutex mutex;
    std::condition_variable condition;
    bool rung = false;

    void ring() {
        {
            std::lock_guard const lock(mutex);
            rung = true;
        }
        condition.notify_one();
    }

    bool wait_until(std::chrono::steady_clock::time_point deadline) {
        std::unique_lock lock(mutex);
        auto const in_time = condition.wait_until(lock, deadline, [this] { return rung; });
        rung = false;
        return in_time;
    }
};

}  // namespace

result<void> node::wait_for(std::string_view view, token const& point) {
    if (!options_.threads) {
        DIPTYCH_TRY(auto reached, views_->has_reached(view, point));
        while (!reached) {
            DIPTYCH_TRY(auto const more, views_->step(view));
            DIPTYCH_TRY(reached, views_->has_reached(view, point));
            if (!reached && !more) return still_behind(view, point);
        }
        return {};
    }
    auto const deadline = std::chrono::steady_clock::now() + options_.wait_max;
    auto const waiting = std::make_shared<bell>();
    auto const hints = views_->on_progress([waiting] { waiting->ring(); });
    while (true) {
        DIPTYCH_TRY(auto const reached, views_->has_reached(view, point));
        if (reached) return {};
        if (!waiting->wait_until(deadline)) return still_behind(view, point);
    }
}

}  // namespace diptych::app
