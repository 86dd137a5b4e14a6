/// @file
/// Compares an index with the log that it is made from, both ways: what the log says has to be in
/// it, and nothing else.
#pragma once

#include "log/engine.hpp"
#include "log/segments/index.hpp"
#include "sqlite/location.hpp"

#include <diptych/clock.hpp>

#include <chrono>
#include <cstdint>
#include <functional>

namespace diptych::log::segments {

/// What was compared.
struct index_comparison {
    diptych::position at{};  ///< The index's checkpoint.
    std::uint64_t answers = 0;
};

/// Walks the log up to the index's checkpoint and the whole index, in one snapshot of it: a writer
/// may go on meanwhile. Answers that are older than `keep` by then may have been forgotten. Needs
/// little memory, unless there is something to tell. Blocking.
///
/// Fails with not_found if there is no index; corrupt (code wrong_index) with the first thing that
/// does not fit, its position in the facts; or as reading the log does.
result<index_comparison> check_index(
    sqlite::location const& file,
    engine const& of,
    clock& time,
    std::chrono::microseconds keep,
    std::function<void(position done, position end)> const& progress
);

}  // namespace diptych::log::segments
