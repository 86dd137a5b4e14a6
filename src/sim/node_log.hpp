/// @file
/// The log of a node, as the checker wants it.
#pragma once

#include "app/node.hpp"
#include "sim/log_model.hpp"

#include <diptych/error.hpp>

namespace diptych::sim {

/// All of it. Fails as reading does.
result<log_model> log_of(app::node& of);

}  // namespace diptych::sim
