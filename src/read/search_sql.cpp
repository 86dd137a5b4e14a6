#include "read/search_sql.hpp"

#include "read/rewrite.hpp"

#include <diptych/try.hpp>

namespace diptych::read {

namespace {

constexpr std::string_view search_table = "\"_diptych_search\"";

// `c1, c2` or `new."title", new."body"`
std::string search_columns(served const& of, std::string_view row) {
    std::string list;
    for (std::size_t i = 0; i < of.search.size(); ++i) {
        list += ", ";
        if (row.empty())
            list += 'c' + std::to_string(i + 1);
        else
            list += std::string{row} + '.' + quoted_name(of.search[i]);
    }
    return list;
}

std::string search_trigger(
    view_definition const& view, std::string_view name, std::string_view when, std::string_view does
) {
    std::string sql = "create trigger \"_diptych_search_";
    sql += name;
    sql += "\" after ";
    sql += when;
    sql += " on " + quoted_name(view.name) + " begin\n";
    sql += does;
    return sql + "end;\n";
}

std::string match_any(std::vector<std::string> const& words, std::string_view between) {
    std::string text = "(";
    for (auto const& word : words) {
        if (text.size() > 1) text += between;
        text += quoted_name(word);
    }
    return text + ')';
}

}  // namespace

std::string search_ddl(view_definition const& view) {
    auto const& of = view.served;
    if (of.search.empty()) return {};
    auto const table = std::string{search_table};
    auto const names = search_columns(of, "");
    std::string updated = "update of ";
    for (auto const& name : of.search) {
        if (&name != &of.search.front()) updated += ", ";
        updated += quoted_name(name);
    }
    auto const add = "  insert into " + table + " (rowid" + names + ") values (new._rowid_" +
                     search_columns(of, "new") + ");\n";
    auto const take = "  insert into " + table + " (\"_diptych_search\", rowid" + names +
                      ") values ('delete', old._rowid_" + search_columns(of, "old") + ");\n";
    return "create virtual table " + table + " using fts5 (" + names.substr(2) +
           ", content='', tokenize='unicode61 remove_diacritics 2');\n" +
           search_trigger(view, "insert", "insert", add) +
           search_trigger(view, "delete", "delete", take) +
           search_trigger(view, "update", updated, take + add);
}

result<void> prepare_search(sqlite::database const& on, view_definition const& view) {
    if (view.served.search.empty()) return {};
    // Without this, a row that is replaced would leave its words behind.
    DIPTYCH_TRY(on.execute("pragma recursive_triggers = on"));
    // Connects the table now: it reads what it is made of, which no statement of a view may.
    DIPTYCH_TRY(
        auto const connected,
        on.prepare("select rowid from " + std::string{search_table} + " limit 0")
    );
    return {};
}

std::string search_condition(std::string_view parameter) {
    std::string sql = "_rowid_ in (select rowid from ";
    sql += search_table;
    sql += " where ";
    sql += search_table;
    sql += " match ";
    sql += parameter;
    return sql + ')';
}

std::string match_text(search_terms const& terms) {
    std::string text;
    for (auto const& group : terms) {
        if (!text.empty()) text += " OR ";
        text += '(' + match_any(group.all, " AND ");
        if (!group.none.empty()) text += " NOT " + match_any(group.none, " OR ");
        text += ')';
    }
    return text;
}

}  // namespace diptych::read
