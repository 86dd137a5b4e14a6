/// @file
/// How views are doing, as JSON.
#pragma once

#include "read/view_set.hpp"

#include <diptych/json_writer.hpp>

#include <vector>

namespace diptych::edge {

/// `[{"name","inline","version","at","lag","state","error","warnings"}]`; the last two only if
/// there are any
void write_view_status(json::writer& to, std::vector<read::view_status> const& all);

/// Versions of one view, as an array.
void write_versions(json::writer& to, std::vector<read::version_status> const& all);

}  // namespace diptych::edge
