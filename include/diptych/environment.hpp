/// @file
/// What a decision may know of the world: handed in, drawn once per command and recorded with its
/// events.
#pragma once

#include <diptych/clock.hpp>
#include <diptych/uuid.hpp>

#include <cstdint>
#include <string>

namespace diptych {

/// Time and randomness for one command. The same when it is decided again. Not thread-safe.
class environment {
public:
    environment(timestamp at, std::uint64_t number) : now(at), seed(number), state_(number) {}

    timestamp now;       ///< When the command was received.
    std::uint64_t seed;  ///< All that follows is drawn from it.

    /// The next of a sequence of random numbers that `seed` fixes.
    std::uint64_t random() const;

    /// A new id that sorts by time.
    std::string new_id() const;

private:
    mutable std::uint64_t state_;  // splitmix64
};

}  // namespace diptych
