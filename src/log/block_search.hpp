/// @file
/// A query against one block in memory, for the commit step: the shortest lists, and a look at each
/// event in them.
#pragma once

#include "log/block.hpp"

#include <diptych/query.hpp>

#include <cstddef>
#include <vector>

namespace diptych::log {

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
