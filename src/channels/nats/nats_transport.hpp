/// @file
/// Delivers to NATS JetStream: a message that a stream there has stored is delivered.
#pragma once

#include "outbox/scheme.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace diptych::channels {

/// "nats://127.0.0.1:4222", "tls://n1:4222,n2:4222"
std::vector<outbox::scheme> nats_schemes();

/// A value as it may stand in a subject: without blanks and wildcards, and without empty parts.
std::string subject_text(std::string_view value);

/// A value as it may stand in a header.
std::string header_text(std::string_view value);

}  // namespace diptych::channels
