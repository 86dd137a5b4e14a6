/// @file
/// Copying a stretch of a file.
#pragma once

#include "storage/disk.hpp"

#include <cstdint>
#include <functional>

namespace diptych::log::segments {

/// Copies what stands at [begin, end) to the same place; tells `progress` how much after each
/// piece, if it is there. Fails with corrupt if the file ends before.
result<void> copy_bytes(
    storage::file const& from,
    storage::file& to,
    std::uint64_t begin,
    std::uint64_t end,
    std::function<void(std::uint64_t bytes)> const& progress
);

}  // namespace diptych::log::segments
