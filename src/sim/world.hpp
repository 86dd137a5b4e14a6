/// @file
/// A node on a disk that lies, with time and chance in one hand: it can be stepped, killed, cut
/// from its power and started again, as another program, too. Beside it another process may read.
#pragma once

#include "app/node.hpp"
#include "sim/broker.hpp"
#include "sim/chance.hpp"
#include "sim/lying_disk.hpp"
#include "sim/receiver.hpp"
#include "sqlite/disk_vfs.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::sim {

/// A program.
struct build {
    std::vector<model::context const*> contexts = {};
    std::vector<app::view_text> views = {};
    std::vector<app::inbox_text> inbox = {};
    std::vector<app::channel_text> channels = {};  ///< To and from "sim:": receiver(), broker().
    std::vector<std::string> outside = {};         ///< Commands that are worked on elsewhere.
    std::vector<model::view const*> typed_views = {};
    std::string id = "simulated";
};

/// See the file comment. One thread.
class world {
public:
    world(
        std::uint64_t seed,
        build first,
        app::node_storage storage,
        std::uint64_t reserve_bytes = 4'096
    );
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

    /// Steps until nothing is left to do, with time passing, as far as the next timer. Fails if
    /// that takes too long, with what went wrong last.
    result<void> come_to_rest();

    /// As somebody who trusts that it is built again. While the node does not run.
    void delete_index();
    /// What the next start runs.
    void deploy(build next) { build_ = std::move(next); }

    /// How often it was started.
    std::uint64_t life() const { return life_; }
    /// Those that no stop has ended.
    std::set<std::uint64_t> const& lost_lives() const { return lost_lives_; }
    bool is_running() const { return node_ != nullptr; }
    app::node& node() { return *node_; }
    lying_disk& disk() { return disk_; }
    virtual_clock& time() { return time_; }
    sim::receiver& receiver() { return receiver_; }
    sim::broker& broker() { return broker_; }

    /// What is wrong with the index, compared with the log. The node must be at rest.
    std::optional<std::string> index_fault();

    /// The log as another process reads it. Fails as opening it does.
    result<log::sequenced_log*> reader();

    /// Whether no call of the disk has failed since the node was started.
    bool is_sound() const { return !disk_.is_off() && disk_.faults_met() == faults_before_; }

private:
    std::optional<timestamp> next_due();
    std::uint64_t end_of_log() const;

    build build_;
    app::node_storage storage_;
    std::uint64_t reserve_bytes_;
    chance ids_;     // of the node
    chance losses_;  // of the disk
    virtual_clock time_;
    lying_disk disk_;
    sim::receiver receiver_;
    sim::broker broker_;
    sqlite::disk_vfs files_;
    std::uint64_t faults_before_ = 0;
    std::uint64_t life_ = 0;
    std::set<std::uint64_t> lost_lives_;
    std::unique_ptr<app::node> node_;
    std::unique_ptr<log::sequenced_log> reader_;
};

}  // namespace diptych::sim
