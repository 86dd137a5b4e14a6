/// @file
/// How much of a message a dead letter keeps: what a sender writes must not stop the channel.
#pragma once

#include "intake/delivery.hpp"
#include "intake/records.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace diptych::intake {

/// The beginning of a text for people, of some hundred bytes.
std::string shortened(std::string_view text);

/// Cuts what is too large of a letter and its message, and says so in the letter. Leaves secret
/// headers out.
void bound(letter& what, delivery& message, std::size_t body_max);

/// Leaves of the message no more than where it stands.
void reduce(letter& what, delivery& message);

}  // namespace diptych::intake
