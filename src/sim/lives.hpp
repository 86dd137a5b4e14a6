/// @file
/// How a node begins, and how it ends: by a stop, by `kill -9` or by a power loss, between two
/// steps or in the middle of one.
#pragma once

#include "sim/chance.hpp"
#include "sim/workload.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace diptych::sim {

/// See the file comment. Everything it is made with must outlive it.
///
/// What it returns is a promise that was broken, if one was.
class lives {
public:
    using broken = std::optional<std::string>;
    using teller = std::function<void(std::string_view)>;

    lives(world& in, workload const& of, chance& draws, teller tell)
        : world_(in), workload_(of), draws_(draws), tell_(std::move(tell)) {}

    /// Without a person, though perhaps not at once: on a disk that does what it should it starts.
    broken start();

    /// Ends it somehow and starts it again, perhaps as another program and without what can be
    /// derived; or sees to it that it ends soon, in the middle of something.
    broken crash();

    /// As a service that is stopped and started.
    broken restart();
    /// As `kill -9`, and a start.
    broken kill_and_start();

    /// From this call of the disk on it is gone; 0: not.
    void end_at(std::uint64_t call, bool by_kill);

    /// Starts it again if it has ended in the middle of something.
    broken after_the_end();

    /// Ends it, and nothing more.
    broken end();

    /// From here on the disk does what it should.
    void heal();

    /// How often it has ended.
    std::uint64_t crashes() const { return crashes_; }

    /// How often another program came after one.
    std::uint64_t other_programs() const { return other_programs_; }

    /// Damage that was found at a start: there is no node now.
    bool is_damaged() const { return is_damaged_; }

private:
    broken stop();
    void kill();
    void lose_power();
    void change_something();

    world& world_;
    workload const& workload_;
    chance& draws_;
    teller tell_;
    std::size_t build_ = 0;  // of the workload's, that runs
    std::uint64_t crashes_ = 0;
    std::uint64_t other_programs_ = 0;
    bool ends_by_kill_ = false;
    bool is_damaged_ = false;
};

}  // namespace diptych::sim
