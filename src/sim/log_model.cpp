#include "sim/log_model.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <ranges>

namespace diptych::sim {

namespace {

bool is_own(std::string_view type) { return type.starts_with('$'); }

bool is_asked_for(query_item const& item, logged const& event) {
    auto const has_type =
        item.types.empty() || std::ranges::find(item.types, event.type) != item.types.end();
    return has_type &&
           std::ranges::all_of(item.tags, [&](auto const& tag) { return event.carries(tag); });
}

}  // namespace

bool logged::carries(std::string_view name) const {
    return stream == name || std::ranges::find(tags, name) != tags.end();
}

logged owned(recorded_event const& event) {
    return {
        .position = event.position.value,
        .version = event.version.value,
        .recorded_at = event.recorded_at,
        .id = to_string(event.id),
        .stream = std::string(event.stream),
        .type = std::string(event.type),
        .tags = {event.tags.begin(), event.tags.end()},
        .data = std::string(event.data),
        .metadata = std::string(event.metadata),
        .epoch = event.epoch.value,
    };
}

bool is_made_of(logged const& event, event_data const& what) {
    return event.stream == what.stream && event.type == what.type && event.tags == what.tags &&
           event.data == what.data && (what.id.is_nil() || event.id == to_string(what.id));
}

bool is_asked_for(query const& what, logged const& event) {
    if (!what.category.empty() && event.stream.substr(0, event.stream.find('-')) != what.category)
        return false;
    if (what.items.empty()) return what.engine_events || !is_own(event.type);
    return std::ranges::any_of(what.items, [&](query_item const& item) {
        if (!is_asked_for(item, event)) return false;
        return !is_own(event.type) || what.engine_events || !item.types.empty();
    });
}

std::uint64_t log_model::version_of(std::string_view stream, std::uint64_t prefix) const {
    for (auto position = prefix; position > 0; --position)
        if (at(position).stream == stream) return at(position).version;
    return 0;
}

logged const* log_model::first_match(query const& what, std::uint64_t after, std::uint64_t prefix)
    const {
    for (auto position = after + 1; position <= prefix; ++position)
        if (is_asked_for(what, at(position))) return &at(position);
    return nullptr;
}

std::vector<logged const*> log_model::read(read_options const& options, std::uint64_t prefix)
    const {
    auto const last = std::min(prefix, options.up_to ? options.up_to->value : prefix);
    std::vector<logged const*> found;
    auto const take = [&](std::uint64_t position) {
        if (found.size() < options.limit && is_asked_for(options.what, at(position)))
            found.push_back(&at(position));
    };
    if (options.direction == direction::forward) {
        for (auto position = options.after.value + 1; position <= last; ++position) take(position);
    } else {
        auto const from = options.after.value == 0 ? last : std::min(last, options.after.value - 1);
        for (auto position = from; position > 0; --position) take(position);
    }
    return found;
}

std::vector<logged const*> log_model::read_stream(
    std::string_view stream, stream_options const& options, std::uint64_t prefix
) const {
    auto const last = std::min(prefix, options.up_to ? options.up_to->value : prefix);
    std::vector<logged const*> all;
    for (std::uint64_t position = 1; position <= last; ++position)
        if (at(position).stream == stream) all.push_back(&at(position));
    std::vector<logged const*> found;
    auto const take = [&](logged const* event) {
        if (found.size() == options.limit || (is_own(event->type) && !options.engine_events))
            return;
        found.push_back(event);
    };
    if (options.direction == direction::forward) {
        for (auto const* event : all)
            if (event->version >= options.from.value) take(event);
    } else {
        for (auto const* event : std::views::reverse(all))
            if (options.from.value == 0 || event->version <= options.from.value) take(event);
    }
    return found;
}

std::optional<std::string> log_model::fault() const {
    std::map<std::string, std::uint64_t, std::less<>> versions;
    std::map<std::string, std::uint64_t> ids;
    std::uint64_t expected = 0;
    logged const* before = nullptr;
    for (auto const& event : events_) {
        if (event.position != ++expected)
            return fmt::format("after position {} comes {}", expected - 1, event.position);
        auto const version = ++versions[event.stream];
        if (event.version != version)
            return fmt::format(
                "{} at position {} has version {}, not {}",
                event.stream,
                event.position,
                event.version,
                version
            );
        if (event.epoch != 1)
            return fmt::format("position {} is of epoch {}", event.position, event.epoch);
        if (before != nullptr && event.recorded_at < before->recorded_at)
            return fmt::format("time goes back at position {}", event.position);
        if (auto const [first, is_new] = ids.emplace(event.id, event.position); !is_new)
            return fmt::format(
                "positions {} and {} have the same id", first->second, event.position
            );
        before = &event;
    }
    return {};
}

}  // namespace diptych::sim
