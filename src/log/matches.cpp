#include <diptych/query.hpp>

#include <algorithm>

namespace diptych {

namespace {

bool item_matches(query_item const& item, recorded_event const& event, bool engine_events) {
    if (item.types.empty()) {
        if (is_engine_type(event.type) && !engine_events) return false;
    } else if (std::ranges::find(item.types, event.type) == item.types.end()) {
        return false;
    }
    return std::ranges::all_of(item.tags, [&](auto const& tag) { return event.carries(tag); });
}

}  // namespace

bool matches(query const& what, recorded_event const& event) {
    if (!what.category.empty() && category_of(event.stream) != what.category) return false;
    if (what.items.empty()) return what.engine_events || !is_engine_type(event.type);
    return std::ranges::any_of(what.items, [&](auto const& item) {
        return item_matches(item, event, what.engine_events);
    });
}

}  // namespace diptych
