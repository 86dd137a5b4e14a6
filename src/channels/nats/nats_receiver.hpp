/// @file
/// Takes messages from a NATS JetStream consumer, and acknowledges those that are done with.
#pragma once

#include "intake/scheme.hpp"

#include <vector>

namespace diptych::channels {

/// "nats://127.0.0.1:4222", "tls://n1:4222,n2:4222"
std::vector<intake::scheme> nats_intake_schemes();

}  // namespace diptych::channels
