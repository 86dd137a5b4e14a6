/// @file
/// What is known of a source while it runs.
#pragma once

#include "inbox/answer.hpp"
#include "inbox/holding_area.hpp"
#include "inbox/source.hpp"

#include <diptych/clock.hpp>
#include <diptych/error.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace diptych::inbox {

/// Counts since the start. Thread-safe.
struct counters {
    using count = std::atomic<std::uint64_t>;

    count received = 0;
    count recorded = 0;  ///< Those that were held before, too.
    count duplicate = 0;
    count stale = 0;
    count held = 0;
    count released = 0;  ///< Of those that were held.
    count refused = 0;   ///< Answered with an error.

    void note(result<answer> const& said) {
        if (!said)
            ++refused;
        else if (said->verdict == verdict::recorded)
            ++recorded;
        else if (said->verdict == verdict::duplicate)
            ++duplicate;
        else if (said->verdict == verdict::stale)
            ++stale;
        else if (said->verdict == verdict::held)
            ++held;
    }
};

/// A source stream in which a version is missing.
struct gap {
    std::string stream;
    std::uint64_t waits_for;  ///< The version.
    timestamp since;          ///< When the first of those behind it came.
    std::size_t behind;       ///< Messages held.
};

/// A message that waits, or is a dead letter.
struct held_message {
    std::string id;
    std::string stream;
    std::uint64_t version;  ///< 0: none.
    std::string type;
    std::string data;
    std::string occurred_at;
    held_place place;
    std::string why;
};

struct source_status {
    std::string name;
    ordering mode;
    std::uint64_t received;
    std::uint64_t recorded;
    std::uint64_t duplicate;
    std::uint64_t stale;
    std::uint64_t held;
    std::uint64_t released;
    std::uint64_t refused;
    std::size_t waiting;       ///< Held now, dead letters apart; also those about to pass.
    std::size_t dead_letters;  ///< Now.
    std::uint64_t rebuilds;    ///< Memory was made of the log so often since the start.
};

}  // namespace diptych::inbox
