#include "read/ddl.hpp"

#include "read/json_path.hpp"
#include "read/rewrite.hpp"

#include <algorithm>

namespace diptych::read {

namespace {

// INT, not INTEGER: an `integer primary key` would number its rows by itself.
std::string_view stored_type(column_kind kind) {
    switch (kind) {
        case column_kind::real:
            return "real";
        case column_kind::text:
        case column_kind::json:
            return "text";
        case column_kind::blob:
            return "blob";
        default:
            return "int";
    }
}

std::string list_of(std::vector<std::string> const& names) {
    std::string text;
    for (auto const& name : names) {
        if (!text.empty()) text += ", ";
        text += quoted_name(name);
    }
    return text;
}

std::string create(table const& of, bool needs_rowid) {
    auto sql = "create table " + quoted_name(of.name) + " (\n";
    for (auto const& column : of.columns) {
        auto const name = quoted_name(column.name);
        sql += "  " + name + ' ';
        sql += stored_type(column.type.kind);
        if (column.required) sql += " not null";
        if (!column.initial.empty()) sql += " default " + column.initial;
        if (column.type.kind == column_kind::boolean) sql += " check (" + name + " in (0, 1))";
        // To SQLite null is not valid JSON (before 3.45), so it is let through by name.
        if (column.type.kind == column_kind::json)
            sql += " check (" + (column.required ? "" : name + " is null or ") + "json_valid(" +
                   name + "))";
        sql += ",\n";
    }
    for (auto const& unique : of.unique) sql += "  unique (" + list_of(unique) + "),\n";
    for (auto const& check : of.checks) sql += "  check " + check + ",\n";
    sql += "  primary key (" + list_of(of.key) + ")\n) strict";
    // Long rows make a tree of keys and rows together deep.
    auto const is_long = std::ranges::any_of(of.columns, [](column const& one) {
        return one.type.kind == column_kind::json || one.type.kind == column_kind::blob;
    });
    return sql + (is_long || needs_rowid ? ";\n" : ", without rowid;\n");
}

std::string create(index const& of) {
    std::string sql = of.unique ? "create unique index " : "create index ";
    sql += quoted_name(of.name) + " on " + quoted_name(of.table) + " (";
    for (auto const& [name, keys, descending] : of.columns) {
        if (!sql.ends_with('(')) sql += ", ";
        sql += sql_value(name, keys);
        if (descending) sql += " desc";
    }
    sql += ')';
    if (!of.where.empty()) sql += " where " + of.where;
    return sql + ";\n";
}

}  // namespace

std::string sqlite_ddl(view_definition const& view) {
    std::string sql;
    for (auto const& one : view.tables) {
        auto const is_searched = &one == &view.tables.front() && !view.served.search.empty();
        sql += create(one, is_searched);
    }
    for (auto const& one : view.indexes) sql += create(one);
    return sql;
}

}  // namespace diptych::read
