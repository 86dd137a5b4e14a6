#include "read/view_version.hpp"

#include "log/hash.hpp"
#include "read/ddl.hpp"
#include "read/search_sql.hpp"

#include <algorithm>
#include <charconv>

namespace diptych::read {

namespace {

std::string meaning_of(view_definition const& view) {
    auto text = "diptych view 1\n" + sqlite_ddl(view) + search_ddl(view);
    // Two column types may be stored alike and still convert differently.
    for (auto const& table : view.tables)
        for (auto const& column : table.columns)
            text += table.name + '.' + column.name + ' ' + to_string(column.type) + '\n';
    for (auto const& on : view.handlers) {
        text += "on";
        for (auto const& type : on.types) text += ' ' + type;
        text += '\n';
        for (auto const& statement : on.statements) {
            for (auto const& through : statement.each) {
                text += "each";
                if (through.in) text += '^' + std::to_string(*through.in);
                for (auto const& part : through.path) text += '.' + part;
                text += '\n';
            }
            text += statement.sql + '\n';
            for (auto const& one : statement.bindings) {
                text += std::to_string(static_cast<int>(one.from)) + to_string(one) + ' ';
                text += one.as ? to_string(*one.as) : "any";
                if (one.level > 0) text += '^' + std::to_string(one.level);
                text += '\n';
            }
        }
    }
    return text;
}

}  // namespace

std::string version_of(view_definition const& resolved) { return version_of(meaning_of(resolved)); }

std::string version_of(std::string_view meaning) {
    return log::to_hex(log::sha256({meaning})).substr(0, 8);
}

std::filesystem::path file_of(
    std::filesystem::path const& directory, std::string_view name, std::string_view id
) {
    return directory / (std::string{name} + '.' + std::string{id} + ".db");
}

std::string_view version_in(std::string_view id) { return id.substr(0, id.find('.')); }

std::string next_build(std::string_view id) {
    auto const dot = id.find('.');
    auto build = 1ull;
    if (dot != id.npos) std::from_chars(id.data() + dot + 1, id.data() + id.size(), build);
    return std::string{version_in(id)} + '.' + std::to_string(build + 1);
}

std::string id_in(std::string_view file, std::string_view name) {
    if (!file.starts_with(name) || !file.ends_with(".db")) return {};
    file.remove_prefix(name.size());
    file.remove_suffix(std::min(file.size(), std::size_t{3}));
    if (!file.starts_with('.')) return {};
    file.remove_prefix(1);
    auto const is_of = [](std::string_view text, std::string_view digits) {
        return !text.empty() && text.find_first_not_of(digits) == text.npos;
    };
    auto const version = version_in(file);
    if (version.size() != 8 || !is_of(version, "0123456789abcdef")) return {};
    if (version.size() < file.size() && !is_of(file.substr(version.size() + 1), "0123456789"))
        return {};
    return std::string{file};
}

}  // namespace diptych::read
