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

bool has_kind(recorded_event const& event, std::string_view kind) {
    if (category_of(event.stream) == kind) return true;
    for (auto const tag : event.tags)
        if (category_of(tag) == kind) return true;
    return false;
}

bool holds(json::value data, field_rule const& rule) {
    auto const found = data.at(rule.path);
    if (!found) return false;
    if (rule.is_text) return found->kind() == json::kind::text && found->text() == rule.value;
    return found->kind() != json::kind::text && found->raw() == rule.value;
}

}  // namespace

bool selection::takes(recorded_event const& event) const {
    if (is_engine_type(event.type)) return false;
    auto const of_type = [&](auto const& one) { return is_of_type(event.type, one); };
    if (!types.empty() && !std::ranges::any_of(types, of_type)) return false;
    auto const in = [&](auto const& one) { return category_of(event.stream) == one; };
    if (!categories.empty() && !std::ranges::any_of(categories, in)) return false;
    if (!std::ranges::all_of(kinds, [&](auto const& one) { return has_kind(event, one); }))
        return false;
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
