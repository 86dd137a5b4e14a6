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

struct every_call_report {
    std::uint64_t calls = 0;
    std::uint64_t runs = 0;
    std::optional<std::string> broken = {};  ///< Which call, how it failed, and the promise.
};

/// Runs one seed without chance's crashes and faults, and again for each of its calls: with an
/// input/output error, with no room, with half of a write, with a power loss right there. `done` is
/// told after each call.
every_call_report fail_every_call(
    workload const& of,
    run_options how,
    std::function<void(std::uint64_t call, std::uint64_t of)> const& done = {}
);

}  // namespace diptych::sim
