/// @file
/// What is counted for one command. Thread-safe.
#pragma once

#include "write/statistics.hpp"

#include <diptych/execute.hpp>

#include <atomic>
#include <cstdint>
#include <string>

namespace diptych::write {

struct command_counters {
    std::atomic<std::uint64_t> received, accepted, skipped, refused, conflicts, invalid, failed;
    std::atomic<std::uint64_t> repeated, redecided, cold_rounds, slow_decisions, commit_user_us;

    /// Counts how one command ended.
    void count(result<outcome> const& answer);

    command_statistics read(std::string command) const;
};

}  // namespace diptych::write
