/// @file
/// How far the log itself says it was durable: by the shared mark, and by that of a clean close.
#pragma once

#include "log/segments/folder.hpp"
#include "log/segments/recovery.hpp"

#include <vector>

namespace diptych::log::segments {

/// The marks there are of this log. Touches nothing.
result<std::vector<checkpoint>> marks_in(storage::disk& on, folder const& in, uuid const& log_id);

}  // namespace diptych::log::segments
