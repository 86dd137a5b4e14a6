/// @file
/// Attempts and answers as one line of text, for traces and for the checker's complaints.
#pragma once

#include "sim/history.hpp"

#include <string>

namespace diptych::sim {

/// "client 2, 17-21: append op 5: s-1 a {g-1} unless a after 3 -> 1.7"
std::string describe(attempt const& one);

}  // namespace diptych::sim
