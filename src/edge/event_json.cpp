#include "edge/event_json.hpp"

#include "edge/json_members.hpp"
#include "json/one_line.hpp"

#include <algorithm>

namespace diptych::edge {

namespace {

constexpr std::string_view line_breaks = "\r\n";

bool is_line_break(char c) { return line_breaks.contains(c); }

void write_stored(json::writer& to, std::string_view name, std::string_view json) {
    if (std::ranges::none_of(json, is_line_break))
        to.raw_member(name, json);
    else
        to.raw_member(name, json::on_one_line(json));
}

}  // namespace

void write_event(json::writer& to, recorded_event const& event) {
    to.begin_object()
        .member("position", event.position.value)
        .member("token", to_string(token{event.epoch, event.position}))
        .member("stream", event.stream)
        .member("version", event.version.value)
        .member("type", event.type)
        .member("id", to_string(event.id))
        .member("recorded_at", time_text(event.recorded_at))
        .key("tags")
        .begin_array();
    for (auto const tag : event.tags) to.value(tag);
    to.end_array();
    write_stored(to, "data", event.erased || event.data.empty() ? "null" : event.data);
    write_stored(to, "metadata", event.metadata.empty() ? "{}" : event.metadata);
    if (event.erased) to.member("erased", true);
    to.end_object();
}

}  // namespace diptych::edge
