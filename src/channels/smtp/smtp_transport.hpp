/// @file
/// Delivers as mail: one that the server has taken over is delivered.
#pragma once

#include "outbox/scheme.hpp"

#include <vector>

namespace diptych::channels {

/// "smtp://mail.example:25", and "smtps:".
std::vector<outbox::scheme> smtp_schemes();

}  // namespace diptych::channels
