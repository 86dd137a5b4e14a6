/// @file
/// Reads the file that declares an incoming channel: docs/reference/incoming-channels.md.
#pragma once

#include "intake/declaration.hpp"
#include "intake/scheme.hpp"

#include <diptych/error.hpp>

#include <span>
#include <string_view>

namespace diptych::intake {

/// Whether a channel's file says where messages come from, and not where events go to.
bool is_incoming(std::string_view text);

/// `file_name` gives the channel its name and stands in messages: "channels/warehouse.toml".
///
/// Fails with invalid (code "channel_file"); the message names file, line, column and what is
/// allowed.
result<declaration> parse_incoming(
    std::string_view file_name, std::string_view text, std::span<scheme const> known
);

}  // namespace diptych::intake
