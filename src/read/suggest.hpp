/// @file
/// "Did you mean ...?": the known name nearest to one that is not known.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace diptych::read {

/// "; did you mean 'status'?", or nothing if no candidate is near. For the end of a message.
std::string did_you_mean(std::string_view name, std::span<std::string const> candidates);

/// "a, b and c", for messages that say what is allowed; "none" if there is nothing.
std::string listed(std::span<std::string const> names);

}  // namespace diptych::read
