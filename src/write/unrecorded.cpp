#include "write/unrecorded.hpp"

#include "base/tag_bytes.hpp"
#include "write/fold.hpp"

#include <diptych/try.hpp>

#include <algorithm>

namespace diptych::write {

namespace {

result<void> fold_one(
    model::state const& of, std::span<std::string const> names, void* into, event_data const& event
) {
    auto const tags = tag_bytes(event.tags);
    recorded_event const seen{
        .position = {},
        .epoch = epoch{1},
        .version = {},
        .id = event.id,
        .recorded_at = {},
        .stream = event.stream,
        .type = event.type,
        .tags = tag_list{tags, event.tags.size()},
        .data = event.data,
        .metadata = event.metadata
    };
    return fold_event(of, into, seen, names);
}

}  // namespace

bool folds(model::state const& of, std::span<std::string const> names, event_data const& event) {
    auto const carries = [&](std::string const& name) {
        return event.stream == name || std::ranges::find(event.tags, name) != event.tags.end();
    };
    return std::ranges::find(of.types, event.type) != of.types.end() &&
           std::ranges::all_of(names, carries);
}

result<void> fold_unrecorded(
    model::state const& of,
    std::span<std::string const> names,
    model::erased& value,
    std::span<event_data const> events
) {
    for (auto const& event : events) {
        if (!folds(of, names, event)) continue;
        DIPTYCH_TRY(auto* const into, writable(of, value));
        DIPTYCH_TRY(fold_one(of, names, into, event));
    }
    return {};
}

}  // namespace diptych::write
