/// @file
/// From a run that broke a promise to one of which no step can be left out: what is left is the
/// explanation. After Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input"
/// (2002).
#pragma once

#include "sim/run.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::sim {

struct shrunk_run {
    run_options how;  ///< `only` holds the steps that are needed.
    run_report report;
    std::size_t runs = 0;  ///< That it took to find.
};

/// The smallest run found within `runs_max` runs that breaks a promise, too; it need not be the
/// same one. `failing` must break one. Nothing is traced.
shrunk_run shrink(workload const& of, run_options failing, std::size_t runs_max = 500);

/// "0-4,9,12": the steps of a run, as people write them.
std::string text_of(std::vector<std::size_t> const& steps);

/// The other way. Fails with invalid at what is no number, or not in order.
result<std::vector<std::size_t>> steps_of(std::string_view text);

/// Fails with invalid if a step that is to be done is none of the run's.
result<void> check_steps(run_options const& of);

}  // namespace diptych::sim
