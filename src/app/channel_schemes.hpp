/// @file
/// The kinds of channels that this program was built with.
#pragma once

#include "intake/scheme.hpp"
#include "outbox/scheme.hpp"

#include <optional>
#include <string>
#include <vector>

namespace diptych::app {

std::vector<outbox::scheme> channel_schemes();

/// Those on which messages come in.
std::vector<intake::scheme> incoming_schemes();

/// Where secrets are taken from.
std::optional<std::string> environment_variable(std::string const& name);

}  // namespace diptych::app
