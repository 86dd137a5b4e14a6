/// @file
/// Reads the file that declares a channel, `<channel>.toml`: docs/reference/channels.md.
#pragma once

#include "outbox/declaration.hpp"
#include "outbox/scheme.hpp"

#include <diptych/error.hpp>

#include <span>
#include <string_view>

namespace diptych::outbox {

/// `file_name` gives the channel its name and stands in messages: "channels/orders.toml".
///
/// Fails with invalid (code "channel_file"); the message has a line for each fault, which names
/// file, line, column and what is allowed.
result<declaration> parse_channel(
    std::string_view file_name, std::string_view text, std::span<scheme const> known
);

}  // namespace diptych::outbox
