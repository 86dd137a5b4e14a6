/// @file
/// Reads the file that declares a source, `<source>.toml`: docs/reference/inbox.md.
#pragma once

#include "inbox/source.hpp"

#include <diptych/error.hpp>

#include <string_view>

namespace diptych::inbox {

/// `file_name` gives the source its name and stands in messages: "inbox/order.toml".
///
/// Fails with invalid (code "inbox_file"); the message names file, line, column and what is
/// allowed.
result<source> parse_source(std::string_view file_name, std::string_view text);

}  // namespace diptych::inbox
