/// @file
/// Reads a view file.
#pragma once

#include "read/source.hpp"
#include "read/view_definition.hpp"

namespace diptych::read {

/// What the file says, its event types and fields not yet looked up (see resolve.hpp). Fails with
/// invalid, naming file, line and column.
result<view_definition> parse_view(source const& in);

}  // namespace diptych::read
