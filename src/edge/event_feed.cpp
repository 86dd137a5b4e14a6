#include "edge/event_feed.hpp"

#include "edge/follower.hpp"

#include <algorithm>

namespace diptych::edge {

event_feed::event_feed(
    event_log& log, worker_pool& pool, std::chrono::milliseconds heartbeat, time_source now
)
    : log_(log), pool_(pool), heartbeat_(heartbeat), now_(std::move(now)) {}

void event_feed::open() {
    hints_ = log_.on_more([this] { on_hint(); });
}

// On the commit step's thread: leaves at once.
void event_feed::on_hint() {
    if (count_.load(std::memory_order_relaxed) == 0 || waking_.exchange(true)) return;
    if (pool_.reserve()) {
        pool_.run([this] {
            waking_ = false;
            wake_all();
        });
    } else {
        waking_ = false;
        missed_ = true;
    }
}

void event_feed::wake_all() {
    std::vector<std::shared_ptr<follower>> all;
    {
        std::lock_guard const lock(mutex_);
        all = followers_;
    }
    for (auto const& one : all) wake(one);
}

void event_feed::wake(std::shared_ptr<follower> const& one) {
    if (!one->note()) return;  // somebody is reading and will look again
    if (pool_.reserve()) {
        pool_.run([this, one] {
            try {
                one->read_on(log_, now_());
            } catch (...) {
                one->stream().close();  // its reader comes back and goes on after the last id
                throw;
            }
        });
    } else {
        one->withdraw();
        missed_ = true;
    }
}

void event_feed::follow(http::stream to, query what, token after) {
    auto const one = std::make_shared<follower>(std::move(to), std::move(what), after, now_());
    {
        std::lock_guard const lock(mutex_);
        followers_.push_back(one);
    }
    ++count_;
    std::weak_ptr<follower> const weak = one;
    one->stream().on_room([this, weak] {
        if (auto const still = weak.lock()) wake(still);
    });
    one->stream().on_close([this, weak] {
        auto const gone = weak.lock();
        std::lock_guard const lock(mutex_);
        if (std::erase(followers_, gone) != 0) --count_;
    });
    wake(one);
}

void event_feed::tick() {
    if (count_ == 0) return;
    if (missed_.exchange(false)) wake_all();
    std::vector<std::shared_ptr<follower>> silent;
    {
        std::lock_guard const lock(mutex_);
        auto const now = now_();
        std::ranges::copy_if(followers_, std::back_inserter(silent), [&](auto const& one) {
            return one->needs_heartbeat(now, heartbeat_);
        });
    }
    for (auto const& one : silent) wake(one);
}

}  // namespace diptych::edge
