/// @file
/// What producers and consumers of Kafka are told alike: where it is, and who we are.
#pragma once

#include <diptych/error.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::channels {

/// Names and values as librdkafka has them.
using kafka_properties = std::vector<std::pair<std::string, std::string>>;

/// "//b1:9092,b2:9092/topic" in two; both empty if it is not of that form.
struct kafka_address {
    std::string servers = {};
    std::string topic = {};
};
kafka_address parse_kafka_address(std::string_view text);

/// As the file says; what is empty is not said.
struct kafka_security {
    std::string user = {};
    std::string password = {};
    std::string mechanism = {};
    std::string tls = {};
    std::string ca_file = {};
};

/// Fails with invalid (code "channel_file").
result<void> check_kafka_security(kafka_security const& what);

void add_kafka_security(kafka_properties& to, kafka_security const& what);

}  // namespace diptych::channels
