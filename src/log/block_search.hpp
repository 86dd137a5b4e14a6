/// @file
/// A query against one block in memory: the shortest lists, and a look at each event in them, where
/// it stands.
#pragma once

#include "log/block.hpp"
#include "log/engine.hpp"

#include <diptych/query.hpp>

#include <cstddef>
#include <functional>
#include <vector>

namespace diptych::log {

/// Visits the events of a stretch that `what` matches, oldest first, as long as `visit` says so.
/// Whether it always did. Any thread, up to its watermark.
bool each_match(
    block const& in,
    query const& what,
    stretch const& of,
    std::function<bool(recorded_event const& event)> const& visit
);

/// Appends to `into` up to `limit` events that `what` matches after `after`, oldest first. The
/// adding thread's.
void search(
    block const& in,
    query const& what,
    position after,
    std::size_t limit,
    std::vector<recorded_event>& into
);

}  // namespace diptych::log
