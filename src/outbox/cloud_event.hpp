/// @file
/// A message as a CloudEvent 1.0: docs/reference/channels.md.
#pragma once

#include "outbox/message.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::outbox {

inline constexpr std::string_view structured_media_type =
    "application/cloudevents+json; charset=utf-8";

/// The whole of it as one line of JSON. `source` says whose log it is.
std::string structured(message const& what, std::string_view source);

/// Its attributes, all but the data, with names as in JSON: "id", "time", "diptychversion".
std::vector<std::pair<std::string_view, std::string>> attributes(
    message const& what, std::string_view source
);

}  // namespace diptych::outbox
