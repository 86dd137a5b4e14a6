/// @file
/// What the write leaf counts, for /metrics. All counts are monotonic.
#pragma once

#include <cstdint>
#include <string>

namespace diptych::write {

/// How the commands of one type ended.
struct command_statistics {
    std::string command;  ///< "shop.allocate".
    std::uint64_t received = 0;
    std::uint64_t accepted = 0;
    std::uint64_t skipped = 0;  ///< Accepted without events: there was nothing to do.
    std::uint64_t refused = 0;
    std::uint64_t conflicts = 0;    ///< `if_match` did not hold.
    std::uint64_t invalid = 0;      ///< Malformed, or a command id with other bytes.
    std::uint64_t failed = 0;       ///< Everything else.
    std::uint64_t repeated = 0;     ///< First answers given again; also counted by their outcome.
    std::uint64_t redecided = 0;    ///< Decisions inside the commit step.
    std::uint64_t cold_rounds = 0;  ///< Decisions that went back to their caller to read.
    std::uint64_t slow_decisions = 0;  ///< Longer than the watchdog allows.
    std::uint64_t commit_user_us = 0;  ///< Spent in user code inside the commit step.
};

/// What loading states took.
struct state_statistics {
    std::uint64_t cache_hits = 0;
    std::uint64_t cache_misses = 0;
    std::uint64_t events_folded = 0;
    std::uint64_t snapshots_loaded = 0;
    std::uint64_t snapshots_saved = 0;
    std::uint64_t snapshots_ignored = 0;   ///< Of another history, layout or build.
    std::uint64_t snapshots_mistaken = 0;  ///< Differed from a sampled refold.
};

}  // namespace diptych::write
