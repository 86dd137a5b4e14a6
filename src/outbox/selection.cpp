#include "outbox/selection.hpp"

#include <diptych/json_value.hpp>

#include <algorithm>
#include <string_view>

namespace diptych::outbox {

namespace {

bool is_of_type(std::string_view type, std::string_view wanted) {
    if (!wanted.ends_with('*')) return type == wanted;
    return type.starts_with(wanted.substr(0, wanted.size() - 1));
}

// In no order, and some perhaps more than once.
std::vector<std::string> kinds_of_ids(recorded_event const& event) {
    std::vector<std::string> all{std::string(category_of(event.stream))};
    for (auto const tag : event.tags) all.emplace_back(category_of(tag));
    return all;
}

bool holds(json::value data, field_rule const& rule) {
    auto const found = data.at(rule.path);
    if (!found) return false;
    if (rule.is_text) return found->kind() == json::kind::text && found->text() == rule.value;
    return found->kind() != json::kind::text && found->raw() == rule.value;
}

}  // namespace

bool selection::may_take(
    std::string_view type, std::string_view category, std::vector<std::string> const& ids
) const {
    if (is_engine_type(type)) return false;
    auto const of_type = [&](auto const& one) { return is_of_type(type, one); };
    if (!types.empty() && std::ranges::none_of(types, of_type)) return false;
    if (!categories.empty() && std::ranges::find(categories, category) == categories.end())
        return false;
    return std::ranges::all_of(kinds, [&](auto const& one) {
        return std::ranges::find(ids, one) != ids.end();
    });
}

bool selection::takes(recorded_event const& event) const {
    auto const ids = kinds.empty() ? std::vector<std::string>{} : kinds_of_ids(event);
    if (!may_take(event.type, category_of(event.stream), ids)) return false;
    if (where.empty()) return true;
    json::document data;
    if (!data.read(event.data)) return false;
    return std::ranges::all_of(where, [&](auto const& one) { return holds(data.root(), one); });
}

query selection::narrowed() const {
    query made;
    auto const is_beginning = [](auto const& one) { return one.ends_with('*'); };
    if (!types.empty() && std::ranges::none_of(types, is_beginning))
        made.items.push_back({.types = types});
    if (categories.size() == 1) made.category = categories[0];
    return made;
}

}  // namespace diptych::outbox
