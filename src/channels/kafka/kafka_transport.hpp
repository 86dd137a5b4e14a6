/// @file
/// Delivers to Kafka: a message that all replicas in sync have is delivered. Its key is the stream,
/// so that a stream is in one partition, in order.
#pragma once

#include "outbox/scheme.hpp"

#include <string>
#include <string_view>

namespace diptych::channels {

/// "kafka://b1:9092,b2:9092/shop.{category}"
outbox::scheme kafka_scheme();

/// A value as it may stand in the name of a topic.
std::string topic_text(std::string_view value);

}  // namespace diptych::channels
