/// @file
/// Values in URLs, in the form in which their column stores them.
#pragma once

#include "read/view_query.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::read {

/// "12.50" for a decimal(2) is 1250; nullopt if the text is no value of that type.
std::optional<cell> stored_value(std::string_view text, column_type as);

/// The number that the text is in JSON.
std::optional<cell> json_number(std::string_view text);

/// What a value of the type looks like, for messages: "a time like 2026-03-01T12:30:00Z".
std::string value_hint(column_type as);

/// The GLOB pattern for a LIKE pattern in which '*' stands for '%': GLOB minds case and can use an
/// index. nullopt if it has too many wildcards.
std::optional<std::string> glob_of(std::string_view like);

/// Cuts `(a,"b,c",d)` apart; nullopt if it is not of that form.
std::optional<std::vector<std::string>> split_list(std::string_view text);

}  // namespace diptych::read
