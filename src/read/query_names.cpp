#include "read/query_names.hpp"

#include "read/json_path.hpp"
#include "read/suggest.hpp"

#include <algorithm>

namespace diptych::read {

namespace {

std::vector<std::string> with_key(table const& of, std::vector<std::string> const& declared) {
    auto names = of.key;
    for (auto const& name : declared)
        if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    return names;
}

bool is_listed(std::vector<std::string> const& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

// `fields->>*` for `fields->>color`.
std::string with_any_key(json_path path) {
    path.keys.back() = any_key;
    return to_string(path);
}

std::optional<column_type> type_of_path(served const& of, std::string const& name) {
    auto const found = std::ranges::find(of.types, name, &declared_type::path);
    return found == of.types.end() ? std::nullopt : std::optional{found->type};
}

}  // namespace

std::vector<std::string> filterable(table const& of, served const& allowed) {
    auto names = with_key(of, allowed.filter);
    std::erase_if(names, [&](auto const& name) {
        auto const* const column = of.find(name);
        return column != nullptr &&
               (column->type.kind == column_kind::json || column->type.kind == column_kind::blob);
    });
    return names;
}

std::vector<std::string> sortable(table const& of, served const& allowed) {
    return with_key(of, allowed.sort);
}

std::expected<target, std::string> query_names::find(
    std::string_view name, std::vector<std::string> const& allowed, std::string_view verb
) const {
    auto const path = parse_json_path(name);
    if (!path) return std::unexpected("'" + std::string{name} + "': " + path.error());
    auto const refused = [&](std::string_view what) {
        return std::unexpected(
            std::string{what} + "'" + std::string{name} + "'; allowed are " + listed(allowed) +
            did_you_mean(name, allowed)
        );
    };
    auto const* const column = of_.find(path->column);
    if (column == nullptr) return refused("does not know ");
    auto const text = to_string(*path);
    auto const is_allowed = is_listed(allowed, text) || (!path->keys.empty() && !path->as_json &&
                                                         is_listed(allowed, with_any_key(*path)));
    if (!is_allowed) return refused("may not " + std::string{verb} + " by ");
    if (path->keys.empty()) return target{.of = column, .type = column->type};
    return target{.of = column, .keys = path->keys, .type = type_of_path(allowed_, text)};
}

std::expected<target, std::string> query_names::to_filter(std::string_view name) const {
    return find(name, filterable(of_, allowed_), "filter");
}

std::expected<target, std::string> query_names::to_sort(std::string_view name) const {
    return find(name, sortable(of_, allowed_), "sort");
}

std::expected<target, std::string> query_names::to_select(std::string_view name) const {
    auto const path = parse_json_path(name);
    if (!path) return std::unexpected("names '" + std::string{name} + "': " + path.error());
    auto const* const column = of_.find(path->column);
    if (column == nullptr) {
        std::vector<std::string> known;
        for (auto const& other : of_.columns) known.push_back(other.name);
        return std::unexpected(
            "names no column '" + path->column + "'; there are " + listed(known) +
            did_you_mean(path->column, known)
        );
    }
    if (path->keys.empty()) return target{.of = column, .type = column->type};
    if (column->type.kind != column_kind::json)
        return std::unexpected(
            "looks into '" + path->column + "', which is " + to_string(column->type) +
            " and not json"
        );
    return target{.of = column, .keys = path->keys};
}

}  // namespace diptych::read
