/// @file
/// A gate: users come in until it is closed, and who closes it waits for those inside.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace diptych::log {

/// Thread-safe. Whoever is inside may come in once more, but must not close it.
class gate {
public:
    /// Inside while it lives, if it is true.
    class pass {
    public:
        explicit pass(gate const* of) : of_(of) {}
        pass(pass&& other) noexcept : of_(std::exchange(other.of_, nullptr)) {}
        pass& operator=(pass&&) = delete;
        ~pass() {
            if (of_ != nullptr) of_->leave();
        }
        explicit operator bool() const { return of_ != nullptr; }

    private:
        gate const* of_;
    };

    /// False once it is closed.
    pass enter() const {
        ++inside_;
        if (!is_closed_) return pass(this);
        leave();
        return pass(nullptr);
    }

    bool is_closed() const { return is_closed_; }

    /// Whether it was closed before. Blocking, until nobody is inside.
    bool close() {
        auto const was_closed = is_closed_.exchange(true);
        for (auto count = inside_.load(); count > 0; count = inside_.load()) inside_.wait(count);
        return was_closed;
    }

private:
    void leave() const {
        if (--inside_ == 0 && is_closed_) inside_.notify_all();
    }

    std::atomic<bool> is_closed_ = false;
    std::atomic<std::uint32_t> mutable inside_ = 0;
};

}  // namespace diptych::log
