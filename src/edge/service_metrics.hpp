/// @file
/// What the parts of a node count, as Prometheus has it.
#pragma once

#include "edge/server.hpp"
#include "edge/services.hpp"
#include "edge/shadows.hpp"

#include <prometheus/metric_family.h>

#include <vector>

namespace diptych::edge {

/// As of now.
std::vector<prometheus::MetricFamily> families_of(
    services const& of, server_statistics const& server, std::vector<shadow_count> const& shadows
);

}  // namespace diptych::edge
