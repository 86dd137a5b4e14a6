#include "log/proposal_queue.hpp"

#include <diptych/assert.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace diptych::log {

namespace {

// What is kept to be freed by others.
constexpr std::size_t answered_max = 1024;
constexpr std::size_t answered_bytes_max = 4096;  // each

bool can_lead(std::unique_ptr<queued> const& one) { return one->blocked != nullptr; }

}  // namespace

result<void> proposal_queue::push(std::unique_ptr<queued>& what) {
    std::unique_ptr<queued> freed;  // after the mutex
    auto lock = std::unique_lock(mutex_);
    if (is_closed_) return fail(errc::unavailable, "closed", "the log is closed");
    if (waiting_.size() >= bounds_.queue_max)
        return fail(
            errc::unavailable,
            "queue_full",
            fmt::format("{} appends are waiting already", waiting_.size())
        );
    auto const leads_himself = what->blocked != nullptr;
    blocked_ += leads_himself ? 1 : 0;
    waiting_.push_back(std::move(what));
    if (!answered_.empty()) {
        freed = std::move(answered_.front());
        answered_.pop_front();
    }
    // Whoever leads now looks at the queue when he leaves.
    if (!is_led_ && !leads_himself) wake_leader(std::move(lock));
    return {};
}

group proposal_queue::begin_group() {
    auto const lock = std::scoped_lock(mutex_);
    group taken;
    if (is_led_ || entering_ > 0 || waiting_.empty()) return taken;
    is_led_ = true;
    std::size_t bytes = 0;
    while (!waiting_.empty() && taken.size() < bounds_.group_max) {
        bytes += waiting_.front()->ready.bytes;
        if (!taken.empty() && bytes > bounds_.group_bytes_max) break;
        blocked_ -= can_lead(waiting_.front()) ? 1 : 0;
        taken.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
    }
    return taken;
}

void proposal_queue::put_back(group rest) {
    auto const lock = std::scoped_lock(mutex_);
    DIPTYCH_ASSERT(is_led_, "only a leader has a group");
    blocked_ += static_cast<std::size_t>(std::ranges::count_if(rest, can_lead));
    waiting_.insert(
        waiting_.begin(), std::make_move_iterator(rest.begin()), std::make_move_iterator(rest.end())
    );
}

void proposal_queue::enter() {
    auto lock = std::unique_lock(mutex_);
    ++entering_;
    left_.wait(lock, [this] { return !is_led_; });
    --entering_;
    is_led_ = true;
}

void proposal_queue::leave(group answered) {
    std::deque<std::unique_ptr<queued>> freed;  // after the mutex
    auto lock = std::unique_lock(mutex_);
    for (auto& one : answered)
        if (one->ready.bytes <= answered_bytes_max) answered_.push_back(std::move(one));
    // While nobody brings more, nobody would free it.
    if (waiting_.empty() || answered_.size() > answered_max) freed.swap(answered_);
    is_led_ = false;
    if (entering_ > 0)
        left_.notify_one();
    else
        wake_leader(std::move(lock));
}

void proposal_queue::wake() {
    auto lock = std::unique_lock(mutex_);
    if (!is_led_) wake_leader(std::move(lock));
}

void proposal_queue::wake_leader(std::unique_lock<std::mutex> lock) {
    if (waiting_.empty()) return;
    auto leader = waiting_.begin();
    if (!can_lead(*leader)) {
        if (has_worker_) {
            lock.unlock();
            auto const calling = std::scoped_lock(calling_);
            if (on_work_) on_work_();
            return;
        }
        if (blocked_ == 0) return;
        leader = std::ranges::find_if(waiting_, can_lead);
    }
    if (leader != waiting_.end()) (*leader)->blocked->lead();
}

group proposal_queue::take_all() {
    auto const lock = std::scoped_lock(mutex_);
    return take_all_locked();
}

group proposal_queue::close() {
    std::deque<std::unique_ptr<queued>> freed;  // after the mutex
    auto const lock = std::scoped_lock(mutex_);
    is_closed_ = true;
    freed.swap(answered_);
    return take_all_locked();
}

group proposal_queue::take_all_locked() {
    group rest(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(waiting_.end()));
    waiting_.clear();
    blocked_ = 0;
    return rest;
}

void proposal_queue::on_work(std::function<void()> call) {
    auto const has_worker = call != nullptr;
    {
        auto const lock = std::scoped_lock(calling_, mutex_);
        on_work_ = std::move(call);
        has_worker_ = has_worker;
    }
    if (!has_worker) wake();  // a blocked caller leads where the worker did
}

bool proposal_queue::has_worker() const {
    auto const lock = std::scoped_lock(mutex_);
    return has_worker_;
}

std::size_t proposal_queue::size() const {
    auto const lock = std::scoped_lock(mutex_);
    return waiting_.size();
}

}  // namespace diptych::log
