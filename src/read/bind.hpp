/// @file
/// Brings a JSON value into the form in which a column stores it.
#pragma once

#include "read/column_type.hpp"
#include "sqlite/database.hpp"

#include <diptych/json_value.hpp>

#include <optional>
#include <string>

namespace diptych::read {

/// Binds `value` as a column of type `as` stores it, or by its own kind if that is not known. A
/// missing value is null. `scratch` and the value's document must live until the statement has run.
///
/// Returns what was expected instead, "an integer", or nothing if all went well.
std::optional<std::string> bind_json(
    sqlite::statement& to,
    int at,
    std::optional<json::value> value,
    std::optional<column_type> as,
    std::string& scratch
);

}  // namespace diptych::read
