/// @file
/// Where answers to commands that are under way wait until a step takes them.
#pragma once

#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace diptych::write {

/// Thread-safe. Outlives whoever takes from it: those who answer hold it, too.
template <class Answer>
class answer_box {
public:
    void put(Answer answer) {
        std::lock_guard const lock(mutex_);
        answers_.push_back(std::move(answer));
        if (on_answer_) on_answer_();  // under the lock: not called once it has been replaced
    }

    std::vector<Answer> take() {
        std::lock_guard const lock(mutex_);
        return std::exchange(answers_, {});
    }

    bool has_any() const {
        std::lock_guard const lock(mutex_);
        return !answers_.empty();
    }

    /// Called when an answer has come; the call before is not under way once this has returned. It
    /// must be cheap, and ask the box for nothing.
    void on_answer(std::function<void()> call) {
        std::lock_guard const lock(mutex_);
        on_answer_ = std::move(call);
    }

private:
    std::mutex mutable mutex_;  // guards everything below
    std::vector<Answer> answers_;
    std::function<void()> on_answer_;
};

}  // namespace diptych::write
