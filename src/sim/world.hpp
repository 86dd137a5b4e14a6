/// @file
/// A node on a disk that lies, with time and chance in one hand: it can be stepped, killed, cut
/// from its power and started again.
#pragma once

#include "app/node.hpp"
#include "sim/chance.hpp"
#include "sim/lying_disk.hpp"
#include "sqlite/disk_vfs.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::sim {

/// What runs in a world.
struct world_parts {
    std::vector<model::context const*> contexts = {};
    std::vector<app::view_text> views = {};
    std::vector<model::view const*> typed_views = {};
    std::uint64_t segment_bytes = 16'000;
    log::limits bounds = {};
};

/// See the file comment. One thread.
class world {
public:
    world(std::uint64_t seed, world_parts parts);
    ~world();
    world(world const&) = delete;
    world& operator=(world const&) = delete;

    /// Opens the node. Fails as node::open does.
    result<void> start();

    /// As a service that is stopped.
    result<void> stop();

    /// As `kill -9`: what was written to the disk is there.
    void kill();

    /// What was not synced is there or not.
    void lose_power();

    /// Steps until nothing is left to do, with time passing. False if that takes too long.
    bool come_to_rest();

    /// What the next start runs.
    world_parts& parts() { return parts_; }

    bool is_running() const { return node_ != nullptr; }
    app::node& node() { return *node_; }
    lying_disk& disk() { return disk_; }
    virtual_clock& time() { return time_; }

private:
    world_parts parts_;
    chance ids_;     // of the node
    chance losses_;  // of the disk
    virtual_clock time_;
    lying_disk disk_;
    sqlite::disk_vfs files_;
    std::unique_ptr<app::node> node_;
};

}  // namespace diptych::sim
