/// @file
/// A view is a fold of the log: deleting its file loses nothing.
#pragma once

#include "sim/world.hpp"

#include <optional>
#include <string>

namespace diptych::sim {

/// Why the views do not answer the same after their files were deleted and built again; nothing if
/// they do. The node must be at rest, on a disk that does what it should; it is stopped, started
/// and brought to rest once more.
std::optional<std::string> differs_from_rebuild(world& in);

}  // namespace diptych::sim
