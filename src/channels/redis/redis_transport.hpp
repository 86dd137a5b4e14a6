/// @file
/// Delivers to Redis publish/subscribe: what nobody listens to is lost.
#pragma once

#include "outbox/scheme.hpp"

namespace diptych::channels {

/// "redis://127.0.0.1:6379/line_allocated"
outbox::scheme redis_scheme();

}  // namespace diptych::channels
