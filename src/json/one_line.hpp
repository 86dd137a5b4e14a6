/// @file
/// JSON on one line: for streams of events, exports and digests.
#pragma once

#include <string>
#include <string_view>

namespace diptych::json {

/// The same JSON without line breaks. They can stand only between its tokens, where a space says
/// the same. Never fails.
std::string on_one_line(std::string_view json);

}  // namespace diptych::json
