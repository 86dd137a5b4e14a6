/// @file
/// What producers and consumers of Kafka begin with alike: where it is, and who we are. Names the
/// library's own types.
#pragma once

#include "endpoint/declared_channel.hpp"
#include "outbox/scheme.hpp"

#include <diptych/error.hpp>

#include <librdkafka/rdkafka.h>

#include <functional>
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

/// The settings below, for a scheme, behind its own.
std::vector<endpoint::setting_rule> with_kafka_settings(std::vector<endpoint::setting_rule> own);

/// The address, and who we are: fails with invalid (code "channel_file").
result<void> check_kafka_settings(endpoint::declared_channel const& of);

/// Where it is, and who we are. Fails as endpoint::revealed() does.
result<kafka_properties> kafka_properties_of(
    endpoint::declared_channel const& of, endpoint::surroundings const& in
);

/// A producer or consumer. Its callbacks are what `prepare` sets. Fails with invalid (code
/// "channel_file").
result<rd_kafka_t*> new_kafka_client(
    rd_kafka_type_t type,
    kafka_properties const& how,
    std::function<void(rd_kafka_conf_t*)> const& prepare
);

}  // namespace diptych::channels
