/// @file
/// One simulated run: a seed decides what clients do, which part of the node runs next, when it is
/// killed or loses its power, and what the disk does. The same seed gives the same run.
#pragma once

#include "sim/odds.hpp"
#include "sim/workload.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::sim {

struct run_options {
    std::uint64_t seed = 1;
    std::size_t steps = 300;
    bool crashes = true;                   ///< Kills, power losses and restarts.
    bool faults = true;                    ///< Calls of the disk that fail.
    std::optional<aim> favourite = {};     ///< Of faults, if it is not the seed's.
    std::optional<disk_fault> fault = {};  ///< One that is sure to come.
    std::uint64_t ends_at = 0;    ///< A call of the disk, at which it crashes for sure; 0: none.
    bool ends_by_kill = false;    ///< And not by a power loss.
    bool is_restarted = false;    ///< Stopped after a third of the steps, killed after two.
    bool may_be_damaged = false;  ///< Bits are flipped: what can not be read must be said to be so.
    /// The steps that are done, in order; empty: all. What a step does depends on the seed and its
    /// own number, so that a run without some of its steps is still much the same run.
    std::vector<std::size_t> only = {};
    /// Told of everything that happens, a line each.
    std::function<void(std::string_view)> trace = {};
};

/// What a run has met, besides crashes and faults: without it, it would prove little.
struct met_in_run {
    std::uint64_t conflicts = 0;  ///< Told to clients; so below.
    std::uint64_t refusals = 0;
    std::uint64_t timers = 0;           ///< That came due.
    std::uint64_t other_programs = 0;   ///< Started over the log of another.
    std::uint64_t looks_of_reader = 0;  ///< Of another process, at the log that is written to.
    std::uint64_t switches = 0;         ///< From one version of a view to another.
};

struct run_report {
    std::uint64_t seed = 0;
    std::uint64_t steps = 0;
    std::uint64_t events = 0;    ///< In the log at the end.
    std::uint64_t attempts = 0;  ///< Of clients.
    std::uint64_t answered = 0;
    std::uint64_t crashes = 0;
    std::uint64_t faults = 0;
    std::uint64_t disk_calls = 0;
    std::uint64_t calls_of_steps = 0;  ///< Of those, before the rest.
    met_in_run met = {};
    bool is_damaged = false;                 ///< It was noticed; the run ended with it.
    std::optional<std::string> broken = {};  ///< The promise that was, if one was.
};

/// Runs to the end: all steps, then without faults until nothing is left to do, then checks.
run_report simulate(workload const& of, run_options const& how);

}  // namespace diptych::sim
