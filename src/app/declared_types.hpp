/// @file
/// Which types of events are an application's own.
#pragma once

#include "inbox/message.hpp"

#include <diptych/model.hpp>

#include <vector>

namespace diptych::app {

/// Whether one of these contexts declares a type, by its name or a former one. Copies the names.
inbox::declared_types declared_types_of(std::vector<model::context const*> const& contexts);

}  // namespace diptych::app
