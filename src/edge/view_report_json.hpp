/// @file
/// What there is to say about a view file, as JSON.
#pragma once

#include "app/view_test.hpp"

#include <diptych/json_writer.hpp>

namespace diptych::edge {

/// An object.
void write_view_report(json::writer& to, app::view_report const& what);

}  // namespace diptych::edge
