/// @file
/// Delivers to a web server: a POST for each message, signed.
#pragma once

#include "outbox/scheme.hpp"

#include <vector>

namespace diptych::channels {

/// "https://shop.example/hooks/{category}", and "http:".
std::vector<outbox::scheme> webhook_schemes();

}  // namespace diptych::channels
