#include "edge/event_json.hpp"

#include <diptych/iso8601.hpp>

namespace diptych::edge {

void write_event(json::writer& to, recorded_event const& event) {
    std::string when;
    append_iso8601(when, event.recorded_at);
    to.begin_object()
        .member("position", event.position.value)
        .member("token", to_string(token{event.epoch, event.position}))
        .member("stream", event.stream)
        .member("version", event.version.value)
        .member("type", event.type)
        .member("id", to_string(event.id))
        .member("recorded_at", when)
        .key("tags")
        .begin_array();
    for (auto const tag : event.tags) to.value(tag);
    to.end_array();
    to.raw_member("data", event.erased || event.data.empty() ? "null" : event.data);
    to.raw_member("metadata", event.metadata.empty() ? "{}" : event.metadata);
    if (event.erased) to.member("erased", true);
    to.end_object();
}

}  // namespace diptych::edge
