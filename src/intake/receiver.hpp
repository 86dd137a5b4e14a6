/// @file
/// What brings messages in from a broker: all that an incoming channel knows of it.
#pragma once

#include "intake/delivery.hpp"
#include "intake/verdict.hpp"

#include <diptych/error.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace diptych::intake {

struct receiver_facts {
    std::optional<std::uint64_t> lag = {};  ///< Messages that the broker has and we have not.
    std::uint64_t breaks = 0;               ///< How often a connection was lost, since the start.
};

/// Passive but for what its library does by itself. One thread's at a time.
class receiver {
public:
    virtual ~receiver() = default;

    /// Messages that have come, `most` at most, each with a ticket of its own. Waits for the first,
    /// no longer than `wait`. It is called for no message, too: so that the broker sees us. Fails
    /// with unavailable if nobody is there; what was taken stays good.
    virtual result<std::vector<delivery>> take(
        std::size_t most, std::chrono::milliseconds wait
    ) = 0;

    /// What became of a message is durable: it need not come again. Of an error: it was not done,
    /// and must come again. Returns at once.
    virtual void settle(std::uint64_t ticket, result<settled> const& what) = 0;

    virtual receiver_facts facts() { return {}; }

    /// A message that somebody hands over; `done` is called once. Any thread. Fails with invalid
    /// (code "not_offered") if messages of this kind come by themselves, unavailable if too many
    /// wait.
    // NOLINTNEXTLINE(performance-unnecessary-value-param): who takes messages keeps them
    virtual result<void> offer(delivery, std::move_only_function<void(result<settled>)>) {
        return fail(
            errc::invalid, "not_offered", "messages of this channel come from its broker alone"
        );
    }

    /// Whoever offered what is not taken yet is told to come again. Any thread.
    virtual void turn_away(error const&) {}

    /// Whether who sends waits for what becomes of it, and sends again what could not be done now.
    virtual bool is_waited_for() const { return false; }

    /// Called when there is something to take, if the receiver hears of that. Any thread.
    // NOLINTNEXTLINE(performance-unnecessary-value-param): who hears of it keeps it
    virtual void on_arrival(std::function<void()>) {}
};

}  // namespace diptych::intake
