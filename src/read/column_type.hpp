/// @file
/// The closed list of column types: what view files may say on every database.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace diptych::read {

enum class column_kind : std::uint8_t {
    text,
    integer,  ///< 64 bits.
    real,
    decimal,    ///< Exact, with `scale` digits after the point; stored as a scaled integer.
    boolean,    ///< Stored as 0 or 1.
    timestamp,  ///< Microseconds since 1970 UTC.
    json,       ///< Text that is JSON.
    blob,
};

inline constexpr int scale_max = 18;  ///< More digits than that do not fit into 64 bits.

struct column_type {
    column_kind kind = column_kind::text;
    int scale = 0;  ///< Of a decimal.

    bool operator==(column_type const&) const = default;
};

/// As it is written: "text", "decimal(2)".
std::string to_string(column_type type);

/// The kind that a word names, decimal without its scale; nullopt if it names none.
std::optional<column_kind> kind_of(std::string_view word);

/// "text, integer, ...", for messages.
std::string_view column_types_listed();

}  // namespace diptych::read
