/// @file
/// How views are doing, as JSON.
#pragma once

#include "read/view_set.hpp"

#include <diptych/json_writer.hpp>

#include <vector>

namespace diptych::edge {

/// `[{"name","inline","version","at","lag","state","diverged","dead_letters","error","beside",
/// "warnings"}]`; those behind `state` only if there is anything to say
void write_view_status(json::writer& to, std::vector<read::view_status> const& all);

/// Versions of one view, as an array.
void write_versions(json::writer& to, std::vector<read::version_status> const& all);

}  // namespace diptych::edge
