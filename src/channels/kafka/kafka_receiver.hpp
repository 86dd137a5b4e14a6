/// @file
/// Takes records of a Kafka topic as one of a consumer group, and stores the offsets of those that
/// are done with.
#pragma once

#include "intake/scheme.hpp"

namespace diptych::channels {

/// "kafka://127.0.0.1:9092/topic"
intake::scheme kafka_intake_scheme();

}  // namespace diptych::channels
