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

/// The text that `json` begins with, as far as its closing quote; all of it if there is none.
inline std::string_view text_at(std::string_view json) {
    for (std::size_t i = 1; i < json.size(); ++i) {
        if (json[i] == '\\')
            ++i;
        else if (json[i] == '"')
            return json.substr(0, i + 1);
    }
    return json;
}

/// The object that `json` begins with, as far as its closing brace.
inline std::string_view object_at(std::string_view json) {
    int depth = 0;
    for (std::size_t i = 0; i < json.size(); ++i) {
        if (json[i] == '"')
            i += text_at(json.substr(i)).size() - 1;
        else if (json[i] == '{')
            ++depth;
        else if (json[i] == '}' && --depth == 0)
            return json.substr(0, i + 1);
    }
    return json;
}

/// A text, without its quotes and the escapes of quotes; empty if there is none.
inline std::string text_in(std::string_view json, std::string_view name) {
    auto const value = behind_name(json, name);
    if (!value || !value->starts_with('"')) return {};
    auto const quoted = text_at(*value);
    std::string text;
    for (std::size_t i = 1; i + 1 < quoted.size(); ++i) {
        auto const is_escape = quoted[i] == '\\' && (quoted[i + 1] == '"' || quoted[i + 1] == '\\');
        text += quoted[is_escape ? ++i : i];
    }
    return text;
}

}  // namespace diptych::sim
