/// @file
/// Time and randomness as parameters. Nothing in the core asks the machine for either.
#pragma once

#include <chrono>
#include <cstdint>

namespace diptych {

/// A point in time as it is recorded: microseconds since 1970 UTC.
using timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// Tells the time. Thread-safe.
class clock {
public:
    virtual ~clock() = default;
    virtual timestamp now() = 0;
};

/// Makes random numbers. Thread-safe.
class random_source {
public:
    virtual ~random_source() = default;
    virtual std::uint64_t next() = 0;
};

/// The machine's clock. Thread-safe; lives for ever.
clock& system_clock();

/// The operating system's random numbers, buffered per thread. Thread-safe; lives for ever.
random_source& system_random();

}  // namespace diptych
