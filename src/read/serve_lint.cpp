#include "read/serve_lint.hpp"

#include "read/index_advice.hpp"

#include <algorithm>

namespace diptych::read {

namespace {

bool is_indexed(view_definition const& view, std::string const& column) {
    auto const& of = view.tables.front();
    auto const begins = [&](auto const& columns) {
        return !columns.empty() && columns.front() == column;
    };
    return begins(of.key) || std::ranges::any_of(of.unique, begins) ||
           std::ranges::any_of(view.indexes, [&](index const& one) {
               return one.table == of.name && one.where.empty() &&
                      one.columns.front().name == column;
           });
}

std::string told(
    view_definition const& view,
    source const& in,
    std::string_view what,
    std::string const& column,
    std::string_view consequence
) {
    index const lacks{.name = "by_" + column, .table = view.name, .columns = {{.name = column}}};
    auto const at = place_of(in, view.served.offset);
    return in.file + ":" + std::to_string(at.line) + ": " + std::string{what} + " '" + column +
           "' has no index: " + std::string{consequence} + "; add: " + to_sql(lacks);
}

}  // namespace

std::vector<std::string> serve_warnings(view_definition const& view, source const& in) {
    std::vector<std::string> found;
    for (auto const& column : view.served.filter)
        if (!is_indexed(view, column))
            found.push_back(told(view, in, "filter", column, "queries on it go through all rows"));
    for (auto const& column : view.served.sort)
        if (!is_indexed(view, column) &&
            std::ranges::find(view.served.filter, column) == view.served.filter.end())
            found.push_back(told(view, in, "sort", column, "each page sorts all rows"));
    return found;
}

}  // namespace diptych::read
