#include "read/view_version.hpp"

#include "log/hash.hpp"
#include "read/ddl.hpp"
#include "read/search_sql.hpp"

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
    std::filesystem::path const& directory, std::string_view name, std::string_view version
) {
    return directory / (std::string{name} + '.' + std::string{version} + ".db");
}

}  // namespace diptych::read
