/// @file
/// How a channel stands, whichever way its messages go.
#pragma once

#include <cstdint>
#include <string_view>

namespace diptych::endpoint {

enum class channel_state : std::uint8_t {
    running,
    waiting,  ///< Its receiver is away or asked for a pause: it is tried again by itself.
    paused,   ///< A message was refused: it goes on when somebody says so.
    failing,  ///< It can not read or record; it is tried again by itself.
    stopped,  ///< Nobody delivers or takes messages here: it is only looked at.
};

/// The state's name, for example "waiting".
std::string_view to_string(channel_state what);

}  // namespace diptych::endpoint
