/// @file
/// What queries, `@serve` and indexes name: a column, or a value inside of a json column, as
/// `review->>average` or `address->city->>name`.
///
/// An index is used only by an expression that is written as its own is. Both are written here.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::read {

inline constexpr std::size_t path_keys_max = 8;
inline constexpr std::size_t path_key_bytes_max = 200;

/// The key that stands for all keys, in `@serve`: `fields->>*`.
inline constexpr std::string_view any_key = "*";

/// Keys of objects inside of each other; without any it is the column itself.
struct json_path {
    std::string column;
    std::vector<std::string> keys = {};
    bool as_json = false;  ///< The last arrow is `->`.

    bool operator==(json_path const&) const = default;
};

/// Fails with what is wrong, for the end of a message.
std::expected<json_path, std::string> parse_json_path(std::string_view text);

/// Why a key can not stand in a path; empty if it can.
std::string fault_of_key(std::string_view key);

/// `a->b->>c`
std::string to_string(json_path const& path);

/// The value as SQL: a number, a text, or null; objects as text; `true` and `false` are 1 and 0.
std::string sql_value(std::string_view column, std::vector<std::string> const& keys);

/// The value as SQL, as JSON text.
std::string sql_json(std::string_view column, std::vector<std::string> const& keys);

}  // namespace diptych::read
