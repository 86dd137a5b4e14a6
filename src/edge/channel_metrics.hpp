/// @file
/// What channels count, those on which events leave and those on which messages come in.
#pragma once

#include "edge/metric_samples.hpp"
#include "edge/services.hpp"

namespace diptych::edge {

void add_channel_metrics(samples& to, services const& of);

}  // namespace diptych::edge
