/// @file
/// Takes messages from Redis publish/subscribe: what comes while nobody listens is lost.
#pragma once

#include "intake/scheme.hpp"

namespace diptych::channels {

/// "redis://127.0.0.1:6379/change_batch_quantity"
intake::scheme redis_intake_scheme();

}  // namespace diptych::channels
