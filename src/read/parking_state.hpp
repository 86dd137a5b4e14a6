/// @file
/// How many events a view has parked, and whether its rows may differ from a replay's.
#pragma once

#include <cstdint>
#include <string>

namespace diptych::read {

/// What a view's file says of all its dead letters.
struct parking_state {
    std::uint64_t parked = 0;   ///< Dead letters that there are.
    std::uint64_t ever = 0;     ///< That there have been.
    std::uint64_t changes = 0;  ///< Goes up when one is applied or dropped.
    bool is_diverged = false;   ///< The rows may not be what a replay of the log makes of them.
    std::string rule = {};      ///< How the keys were found, see key_rule().

    bool operator==(parking_state const&) const = default;
};

}  // namespace diptych::read
