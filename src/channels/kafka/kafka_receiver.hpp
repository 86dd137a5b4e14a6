/// @file
/// Takes records of a Kafka topic as one of a consumer group, and stores the offsets of those that
/// are done with.
#pragma once

#include "intake/scheme.hpp"

#include <chrono>

namespace diptych::channels {

/// After which silence a group goes on without a member.
struct kafka_patience {
    std::chrono::milliseconds session = std::chrono::seconds{10};  ///< Of the library's threads.
    std::chrono::milliseconds polling = std::chrono::minutes{5};   ///< Of who takes records.
};

/// "kafka://127.0.0.1:9092/topic"
intake::scheme kafka_intake_scheme(kafka_patience patience = {});

}  // namespace diptych::channels
