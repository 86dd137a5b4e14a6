/// @file
/// What an operator does to the versions of views while everything goes on.
#pragma once

#include "read/view_set.hpp"
#include "sim/chance.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace diptych::sim {

/// Builds some view again beside itself, switches back, or drops what is not served. What, and how
/// it went; empty: there is no view.
std::string care_for_views(read::view_set& of, chance& draws);

/// Sums of the views' versions that are not served but follow the log.
std::uint64_t versions_beside(read::view_set const& of);

/// What is wrong with the versions beside those that are served: at rest they are where the log is,
/// and have the same rows.
std::optional<std::string> versions_differ(read::view_set const& of);

}  // namespace diptych::sim
