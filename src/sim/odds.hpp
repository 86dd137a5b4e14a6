/// @file
/// What a run is about. Each seed favours something else (swarm testing: Groce and others, 2012):
/// a run of nothing but appends and power losses meets what a run of a little of everything does
/// not.
#pragma once

#include "app/node.hpp"
#include "sim/chance.hpp"
#include "sim/lying_disk.hpp"

#include <cstdint>
#include <string>

namespace diptych::sim {

/// A kind of call, on files with something in their paths; empty: any.
struct aim {
    std::string operation = {};
    std::string where = {};
};

/// How often what happens, in relation to each other.
struct odds {
    std::uint64_t clients = 40;
    std::uint64_t steps = 54;
    std::uint64_t clock = 3;
    std::uint64_t faults = 2;
    std::uint64_t full_disks = 0;
    std::uint64_t crashes = 2;
    std::uint64_t looks_of_reader = 0;  ///< One in so many syncs; 0: there is no reader.
    std::uint64_t meanwhile = 0;        ///< One in so many calls, others act; 0: never.
    aim favourite = {};                 ///< Of every other fault.
};

odds drawn_odds(chance& draws);

/// Small ones, so that files are sealed, merged and moved in a run of some dozen steps.
app::node_storage drawn_sizes(app::node_storage of, std::uint64_t seed, chance& draws);

/// A failure of some call soon after `calls`.
disk_fault drawn_fault(chance& draws, aim const& favourite, std::uint64_t calls);

}  // namespace diptych::sim
