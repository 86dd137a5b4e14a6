/// @file
/// What other threads and processes do while a step is in the middle of its work.
#pragma once

#include "sim/chance.hpp"
#include "sim/odds.hpp"
#include "sim/workload.hpp"

#include <string>
#include <string_view>

namespace diptych::sim {

/// Happens between calls of the disk. Everything it is made with must outlive it.
class meanwhile {
public:
    meanwhile(world& in, clients& of, chance& draws, odds const& how_often)
        : world_(in), clients_(of), draws_(draws), odds_(how_often) {}

    /// Before a call that writes or syncs a file.
    void before(std::string_view operation, std::string const& path);

    /// Whether a view is being brought up to the log, which must not keep the log from going on.
    void projecting(bool is) { is_projecting_ = is; }

    /// Where the one is that reads in another process.
    position followed() const { return followed_; }

private:
    void read_and_query();

    world& world_;
    clients& clients_;
    chance& draws_;
    odds const& odds_;
    bool is_here_ = false;
    bool is_projecting_ = false;
    position followed_{};
};

}  // namespace diptych::sim
