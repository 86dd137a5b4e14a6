/// @file
/// Messages that somebody hands over and waits for: `from = "http:"`.
#pragma once

#include "intake/receiver.hpp"
#include "intake/scheme.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace diptych::intake {

/// Who offers is told what became of it, and with unavailable if that is not known when this ends.
/// Thread-safe.
class offered final : public receiver {
public:
    using taker = std::move_only_function<void(result<settled>)>;

    ~offered() override;

    result<void> offer(delivery message, taker done) override;
    result<std::vector<delivery>> take(std::size_t most, std::chrono::milliseconds wait) override;
    void settle(std::uint64_t ticket, result<settled> const& what) override;
    void turn_away(error const& why) override;
    bool is_waited_for() const override { return true; }
    void on_arrival(std::function<void()> call) override;

private:
    std::mutex mutex_;  // guards what follows
    std::uint64_t tickets_ = 0;
    std::deque<delivery> come_;
    std::map<std::uint64_t, taker> waiting_;
    std::function<void()> arrived_;
};

scheme offered_scheme();

}  // namespace diptych::intake
