/// @file
/// The queue before the commit step, and who may run it: one leader at a time.
///
/// A caller who blocks leads his own group when nobody else does, and is woken to lead the next one
/// when his proposal is the oldest that waits; callbacks are left to the runtime's worker.
#pragma once

#include "log/prepared.hpp"
#include "log/proposal.hpp"

#include <diptych/error.hpp>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace diptych::log {

/// Where a blocked caller waits. Thread-safe.
class waiter {
public:
    void lead() {
        auto expected = state::waiting;
        if (state_.compare_exchange_strong(expected, state::leading)) state_.notify_one();
    }
    void answer(result<appended> what) {
        outcome_.emplace(std::move(what));
        state_ = state::answered;
        state_.notify_one();
    }

    bool is_answered() const { return state_ == state::answered; }
    result<appended> take_answer() { return *std::move(outcome_); }

    /// Blocks until there is an answer, or until this caller should lead.
    void wait() {
        state_.wait(state::waiting);
        auto expected = state::leading;
        state_.compare_exchange_strong(expected, state::waiting);
    }

private:
    enum class state : int { waiting, leading, answered };

    std::atomic<state> state_ = state::waiting;
    std::optional<result<appended>> outcome_;  // written before `answered`
};

/// A proposal on its way.
struct queued {
    prepared ready;
    redecide again = {};
    bool decide_first = false;
    std::move_only_function<void(result<appended>)> done;
    waiter* blocked = nullptr;  ///< Whoever waits for it, if he can lead.
    std::optional<result<appended>> outcome = {};
};

using group = std::vector<std::unique_ptr<queued>>;

/// Thread-safe.
class proposal_queue {
public:
    struct bounds {
        std::size_t queue_max;
        std::size_t group_max;
        std::size_t group_bytes_max;
    };
    explicit proposal_queue(bounds const& limits) : bounds_(limits) {}

    /// Fails with unavailable if it is full or closed; `what` is then left to the caller.
    result<void> push(std::unique_ptr<queued>& what);

    /// Makes the caller the leader and gives him the next group; empty if somebody leads already,
    /// or nothing waits. Who got a group calls leave().
    group begin_group();

    /// Puts the end of a group back to where it was taken from. Leader only.
    void put_back(group rest);

    /// Makes the caller the leader without a group, as soon as nobody else is.
    void enter();

    /// Ends leading, and finds a leader for what waits. While more waits, what was answered is
    /// freed by those who bring more, one for one: were the leader to free it, he and they would
    /// wait for each other inside the allocator.
    void leave(group answered = {});

    /// Finds a leader for what waits, if nobody leads.
    void wake();

    /// Gives back all that wait.
    group take_all();

    /// Nothing more is taken in or given out. Gives back all that waited.
    group close();

    /// Waits for a call that is under way: the one before is not called once this has returned. The
    /// call itself must not enter the queue.
    void on_work(std::function<void()> call);
    bool has_worker() const;  ///< Whether somebody is called for work.
    std::size_t size() const;

private:
    group take_all_locked();
    void wake_leader(std::unique_lock<std::mutex> lock);

    bounds const bounds_;
    std::mutex calling_;  // guards on_work_ and its calls
    std::function<void()> on_work_;
    std::mutex mutable mutex_;  // guards everything below
    std::condition_variable left_;
    std::deque<std::unique_ptr<queued>> waiting_;
    std::deque<std::unique_ptr<queued>> answered_;  // waits to be freed
    std::size_t blocked_ = 0;                       // of waiting_, those who can lead
    std::size_t entering_ = 0;
    bool has_worker_ = false;  // on_work_ is there, or was a moment ago
    bool is_led_ = false;
    bool is_closed_ = false;
};

}  // namespace diptych::log
