/// @file
/// What carries messages to their receiver: all that a channel knows of it.
#pragma once

#include "outbox/message.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace diptych::outbox {

enum class fate : std::uint8_t {
    delivered,  ///< The receiver has it and keeps it.
    refused,    ///< The receiver said that it will not take this one.
    later,      ///< The receiver could not take this one now.
    away,       ///< Nobody was there.
};

/// What became of a message.
struct told {
    std::uint64_t ticket;
    fate what;
    std::string why = {};
    std::optional<std::chrono::microseconds> after = {};  ///< The receiver asks for this pause.
};

/// Passive but for what its library does by itself. One thread's at a time.
class transport {
public:
    virtual ~transport() = default;

    /// Takes a message over. Returns at once; its fate is told by answers(), once.
    virtual void send(std::uint64_t ticket, message const& what) = 0;

    /// The fates that are known by now, in any order. If something was sent and none is, it may
    /// wait for one, some milliseconds at most.
    virtual std::vector<told> answers() = 0;
};

/// The longest that answers() waits.
inline constexpr std::chrono::milliseconds answers_wait{20};

}  // namespace diptych::outbox
