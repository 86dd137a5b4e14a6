/// @file
/// Runs of many seeds, one after the other, until one breaks a promise; that one is shrunk.
#pragma once

#include "sim/shrink.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace diptych::sim {

/// What many runs came to.
struct seeds_report {
    std::uint64_t runs = 0;
    run_report sum = {};                    ///< Of all of them; its seed is the last.
    std::optional<shrunk_run> broken = {};  ///< The first that broke a promise, shrunk.
    std::size_t steps = 0;                  ///< That were asked for, of each.
};

/// Runs the seeds `how.seed`, `how.seed` + 1, ... . A run that is given its steps (`how.only`) or
/// is traced is not shrunk. `done` is told after each run.
seeds_report simulate_seeds(
    workload const& of,
    run_options how,
    std::uint64_t seeds,
    std::function<void(std::uint64_t runs)> const& done = {}
);

/// "--seed 7 --steps 80 --only 3,12": the arguments that repeat a run.
std::string arguments_of(run_options const& how);

/// "600 runs kept every promise: 48000 steps, ...".
std::string text_of(seeds_report const& report);

}  // namespace diptych::sim
