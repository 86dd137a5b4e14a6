/// @file
/// What simulated clients do.
#pragma once

#include "sim/workload.hpp"

namespace diptych::sim {

/// Appends with conditions of every kind to a few streams, pages of them, and two views that hold
/// every event.
workload appends();

/// Guests of a theatre reserve and release seats; views, and a process that writes letters.
workload reservations();

/// Appends of events that views fail on, some of them only for a while; the views park them, and an
/// operator retries and drops.
workload parking();

/// Messages of three other services: one is resequenced, one strict, one tolerant. Some wait for
/// what others, or the node itself, record.
workload messages();

/// Commands that are executed later, in the order of their keys, some by a worker beside the node;
/// they fail as long as their tool is broken.
workload queued();

/// Events that channels deliver, to a receiver who is away, refuses, and loses answers.
workload deliveries();

/// Messages that come in on channels, for commands and sources: from brokers that bring them again
/// and lose what they are told, some malformed, refused, or to be tried until their tool is mended.
workload arrivals();

}  // namespace diptych::sim
