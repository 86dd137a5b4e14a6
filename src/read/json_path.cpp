#include "read/json_path.hpp"

#include "read/rewrite.hpp"

#include <algorithm>

namespace diptych::read {

namespace {

std::string with_arrow(
    std::string_view column, std::string_view arrow, std::vector<std::string> const& keys
) {
    auto sql = quoted_name(column);
    if (keys.empty()) return sql;
    sql += arrow;
    sql += "'$";
    for (auto const& key : keys) {
        sql += ".\"";
        for (auto const c : key) sql.append(c == '\'' ? 2 : 1, c);
        sql += '"';
    }
    return sql + '\'';
}

}  // namespace

std::string fault_of_key(std::string_view key) {
    if (key.empty()) return "a key is missing behind an arrow";
    if (key.size() > path_key_bytes_max)
        return "a key has more than " + std::to_string(path_key_bytes_max) + " bytes";
    auto const is_strange = [](char c) {
        return c == '"' || c == '\\' || static_cast<unsigned char>(c) < ' ';
    };
    if (std::ranges::any_of(key, is_strange))
        return "a key can not have quotes, backslashes or control characters";
    return {};
}

std::expected<json_path, std::string> parse_json_path(std::string_view text) {
    auto arrow = text.find("->");
    json_path made{.column = std::string{text.substr(0, arrow)}};
    while (arrow != text.npos) {
        if (made.keys.size() == path_keys_max)
            return std::unexpected("there are at most " + std::to_string(path_keys_max) + " keys");
        text.remove_prefix(arrow + 2);
        made.as_json = !text.starts_with('>');
        if (!made.as_json) text.remove_prefix(1);
        arrow = text.find("->");
        if (!made.as_json && arrow != text.npos)
            return std::unexpected("'->>' leads to the value and stands last: a->b->>c");
        auto key = std::string{text.substr(0, arrow)};
        if (auto fault = fault_of_key(key); !fault.empty())
            return std::unexpected(std::move(fault));
        made.keys.push_back(std::move(key));
    }
    return made;
}

std::string to_string(json_path const& path) {
    auto text = path.column;
    for (std::size_t i = 0; i < path.keys.size(); ++i) {
        auto const is_last = i + 1 == path.keys.size();
        text += (is_last && !path.as_json ? "->>" : "->") + path.keys[i];
    }
    return text;
}

std::string sql_value(std::string_view column, std::vector<std::string> const& keys) {
    return with_arrow(column, " ->> ", keys);
}

std::string sql_json(std::string_view column, std::vector<std::string> const& keys) {
    return with_arrow(column, " -> ", keys);
}

}  // namespace diptych::read
