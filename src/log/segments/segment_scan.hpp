/// @file
/// Finds out what an unsealed (or damaged) segment holds by walking its frames.
#pragma once

#include "log/segments/segment.hpp"

#include <cstdint>
#include <optional>

namespace diptych::log::segments {

/// Takes frames from the segment's extent on into its tables, up to offset `end`. What stopped it
/// before; nullopt if nothing did. Each frame must follow on the one before it.
///
/// Fails as reading the file does.
result<std::optional<error>> scan(segment& into, std::uint64_t end);

/// As scan, but goes on behind what is damaged. For readers: damaged events are not found, the
/// others are.
result<void> scan_over_damage(segment& into, std::uint64_t end);

}  // namespace diptych::log::segments
