/// @file
/// What is derived from a log in a folder, and how far that has come: so much of the log must be
/// there.
#pragma once

#include "log/segments/recovery.hpp"
#include "sqlite/location.hpp"

#include <diptych/error.hpp>
#include <diptych/uuid.hpp>

#include <vector>

namespace diptych::app {

/// What the views in a data folder cover of its log. Files of another log's views, and files that
/// cannot be read, say nothing. Touches nothing.
result<std::vector<log::segments::checkpoint>> covered_by_views(
    sqlite::location const& data, uuid const& log_id
);

/// What they, the index and the log's own marks cover.
result<std::vector<log::segments::checkpoint>> covered_by_all(
    sqlite::location const& data, uuid const& log_id
);

}  // namespace diptych::app
