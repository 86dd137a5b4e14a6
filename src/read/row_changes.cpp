#include "read/row_changes.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace diptych::read {

namespace {

constexpr auto nowhere = static_cast<std::size_t>(-1);

// Which of the new rows stay where they are among each other: as many as possible, that is a
// longest ascending run of their old places.
std::vector<bool> staying(std::vector<std::size_t> const& old_places) {
    std::vector<std::size_t> ends;  // of the best run of each length: which new row
    std::vector<std::size_t> previous(old_places.size(), nowhere);
    for (std::size_t i = 0; i < old_places.size(); ++i) {
        if (old_places[i] == nowhere) continue;
        auto const at = std::ranges::lower_bound(ends, old_places[i], {}, [&](std::size_t end) {
            return old_places[end];
        });
        if (at != ends.begin()) previous[i] = *(at - 1);
        if (at == ends.end())
            ends.push_back(i);
        else
            *at = i;
    }
    std::vector<bool> stays(old_places.size());
    for (auto i = ends.empty() ? nowhere : ends.back(); i != nowhere; i = previous[i])
        stays[i] = true;
    return stays;
}

}  // namespace

std::vector<row_change> row_changes(
    std::span<keyed_row const> before, std::span<keyed_row const> after
) {
    std::unordered_map<std::string_view, std::size_t> old_place;
    for (std::size_t i = 0; i < before.size(); ++i) old_place.emplace(before[i].key, i);
    std::vector<std::size_t> from(after.size(), nowhere);
    std::vector<std::size_t> to(before.size(), nowhere);
    for (std::size_t i = 0; i < after.size(); ++i) {
        auto const found = old_place.find(after[i].key);
        if (found == old_place.end()) continue;
        from[i] = found->second;
        to[found->second] = i;
    }

    std::vector<row_change> made;
    std::vector<std::size_t> list;  // new rows, in the order in which they stand meanwhile
    for (std::size_t i = 0; i < before.size(); ++i)
        if (to[i] == nowhere)
            made.push_back({.how = row_change_kind::leave, .index = list.size(), .row = &before[i]}
            );
        else
            list.push_back(to[i]);

    auto const stays = staying(from);
    std::size_t behind = 0;  // where the last new row stands
    for (std::size_t i = 0; i < after.size(); ++i) {
        auto const is_new = from[i] == nowhere;
        if (!is_new && stays[i]) {
            behind = static_cast<std::size_t>(std::ranges::find(list, i) - list.begin());
        } else {
            auto place = i == 0 ? 0 : behind + 1;
            if (!is_new) {
                auto const old = std::ranges::find(list, i);
                if (static_cast<std::size_t>(old - list.begin()) < place) --place;
                list.erase(old);
            }
            list.insert(list.begin() + static_cast<std::ptrdiff_t>(place), i);
            behind = place;
        }
        if (is_new)
            made.push_back({.how = row_change_kind::enter, .index = behind, .row = &after[i]});
        else if (!stays[i] || before[from[i]].row != after[i].row)
            made.push_back({.how = row_change_kind::change, .index = behind, .row = &after[i]});
    }
    return made;
}

}  // namespace diptych::read
