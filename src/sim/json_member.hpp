/// @file
/// Members of JSON texts whose form is known: no parser of the engine's is asked.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace diptych::sim {

/// What stands behind the first `"name":`; nothing if there is none.
inline std::optional<std::string_view> behind_name(std::string_view json, std::string_view name) {
    auto const key = '"' + std::string(name) + "\":";
    auto const at = json.find(key);
    if (at == json.npos) return {};
    return json.substr(at + key.size());
}

inline std::optional<std::uint64_t> number_in(std::string_view json, std::string_view name) {
    auto const value = behind_name(json, name);
    if (!value) return {};
    std::uint64_t number = 0;
    std::from_chars(value->data(), value->data() + value->size(), number);
    return number;
}

/// A text without escapes; empty if there is none.
inline std::string text_in(std::string_view json, std::string_view name) {
    auto const value = behind_name(json, name);
    if (!value || !value->starts_with('"')) return {};
    return std::string(value->substr(1, value->find('"', 1) - 1));
}

}  // namespace diptych::sim
