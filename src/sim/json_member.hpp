/// @file
/// Members of JSON texts whose form is known: no parser of the engine's is asked.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

/// The value that `json` begins with: a text, an object or a list as far as its end, a number as
/// far as the next separator.
inline std::string_view value_at(std::string_view json) {
    if (json.starts_with('"')) return text_at(json);
    int depth = 0;
    for (std::size_t i = 0; i < json.size(); ++i) {
        auto const c = json[i];
        if (depth == 0 && (c == ',' || c == '}' || c == ']')) return json.substr(0, i);
        if (c == '"')
            i += text_at(json.substr(i)).size() - 1;
        else if (c == '{' || c == '[')
            ++depth;
        else if ((c == '}' || c == ']') && --depth == 0)
            return json.substr(0, i + 1);
    }
    return json;
}

/// The values of a list.
inline std::vector<std::string_view> elements_of(std::string_view list) {
    std::vector<std::string_view> all;
    while (list.size() > 1 && list[1] != ']') {
        list.remove_prefix(1);  // "[" or ","
        all.push_back(value_at(list));
        list.remove_prefix(all.back().size());
    }
    return all;
}

/// A text without its quotes, and without the escapes of quotes.
inline std::string unquoted(std::string_view quoted) {
    std::string text;
    for (std::size_t i = 1; i + 1 < quoted.size(); ++i) {
        auto const is_escape = quoted[i] == '\\' && (quoted[i + 1] == '"' || quoted[i + 1] == '\\');
        text += quoted[is_escape ? ++i : i];
    }
    return text;
}

/// As text_of; empty if there is none.
inline std::string text_in(std::string_view json, std::string_view name) {
    auto const value = behind_name(json, name);
    if (!value || !value->starts_with('"')) return {};
    return unquoted(text_at(*value));
}

}  // namespace diptych::sim
