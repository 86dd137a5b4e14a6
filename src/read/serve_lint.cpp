#include "read/serve_lint.hpp"

#include "read/index_advice.hpp"
#include "read/json_path.hpp"

#include <algorithm>

namespace diptych::read {

namespace {

bool is_indexed(view_definition const& view, json_path const& what) {
    auto const& of = view.tables.front();
    auto const begins = [&](auto const& columns) {
        return !columns.empty() && columns.front() == what.column && what.keys.empty();
    };
    return begins(of.key) || std::ranges::any_of(of.unique, begins) ||
           std::ranges::any_of(view.indexes, [&](index const& one) {
               return one.table == of.name && one.where.empty() &&
                      one.columns.front().name == what.column &&
                      one.columns.front().keys == what.keys;
           });
}

// Nobody can have an index for all keys that there may be.
bool is_slow(view_definition const& view, std::string const& name) {
    auto const what = parse_json_path(name);
    if (!what) return false;
    auto const is_for_all = !what->keys.empty() && what->keys.back() == any_key;
    return !is_for_all && !is_indexed(view, *what);
}

std::string told(
    view_definition const& view,
    source const& in,
    std::string_view what,
    std::string const& column,
    std::string_view consequence
) {
    auto path = parse_json_path(column).value_or(json_path{.column = column});
    index const lacks{
        .name = "by_" + (path.keys.empty() ? path.column : path.keys.back()),
        .table = view.name,
        .columns = {{.name = path.column, .keys = path.keys}}
    };
    auto const at = place_of(in, view.served.offset);
    return in.file + ":" + std::to_string(at.line) + ": " + std::string{what} + " '" + column +
           "' has no index: " + std::string{consequence} + "; add: " + to_sql(lacks);
}

}  // namespace

std::vector<std::string> serve_warnings(view_definition const& view, source const& in) {
    std::vector<std::string> found;
    for (auto const& column : view.served.filter)
        if (is_slow(view, column))
            found.push_back(told(view, in, "filter", column, "queries on it go through all rows"));
    for (auto const& column : view.served.sort)
        if (is_slow(view, column) &&
            std::ranges::find(view.served.filter, column) == view.served.filter.end())
            found.push_back(told(view, in, "sort", column, "each page sorts all rows"));
    return found;
}

}  // namespace diptych::read
