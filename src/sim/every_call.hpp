/// @file
/// The other way to lie: not by chance. Each call of the disk that a run makes fails once, in each
/// way.
#pragma once

#include "sim/run.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace diptych::sim {

/// Told how many are done, and of how many; 0: nobody knows yet.
using progress = std::function<void(std::uint64_t done, std::uint64_t of)>;

struct every_call_report {
    std::uint64_t calls = 0;
    std::uint64_t runs = 0;
    std::optional<std::string> broken = {};  ///< Which call, how it failed, and the promise.
    std::uint64_t broken_at = 0;             ///< That call.
};

/// Runs one seed without chance's crashes and faults, but with a stop, a kill and two more starts,
/// and again for each of its calls: with an input/output error, with no room, with half of a write,
/// with a power loss and with a kill right there.
/// `only`: this call alone; 0: none, only the run itself.
every_call_report fail_every_call(
    workload const& of,
    run_options how,
    std::optional<std::uint64_t> only = {},
    progress const& done = {}
);

struct flipped_bits_report {
    std::uint64_t runs = 0;
    std::uint64_t noticed = 0;  ///< The others did no harm.
    std::optional<std::string> broken = {};
};

/// The same run again for each write of the log's files, with one bit of it flipped, and for each
/// read. It must be harmless, or be said to be damage: never be taken for what was recorded.
flipped_bits_report flip_every_bit(workload const& of, run_options how, progress const& done = {});

}  // namespace diptych::sim
