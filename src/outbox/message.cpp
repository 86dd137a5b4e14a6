#include "outbox/message.hpp"

#include <diptych/json_value.hpp>

namespace diptych::outbox {

message message_of(recorded_event const& event) {
    message made{
        .id = to_string(event.id),
        .position = event.position,
        .version = event.version,
        .recorded_at = event.recorded_at,
        .stream = std::string(event.stream),
        .type = std::string(event.type),
        .data = std::string(event.data),
    };
    for (auto const tag : event.tags) made.tags.emplace_back(tag);
    json::document metadata;
    if (event.metadata == "{}" || !metadata.read(event.metadata)) return made;
    auto const text = [&](std::string_view name) {
        auto const found = metadata.root().find(name);
        return found ? std::string(found->text()) : std::string{};
    };
    made.correlation_id = text("correlation_id");
    made.causation_id = text("causation_id");
    made.traceparent = text("traceparent");
    return made;
}

}  // namespace diptych::outbox
