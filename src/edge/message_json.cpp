#include "edge/message_json.hpp"

#include "json/one_line.hpp"

#include <diptych/iso8601.hpp>

#include <string>
#include <string_view>

namespace diptych::edge {

namespace {

void write_text(json::writer& to, std::string_view name, std::string_view value) {
    if (!value.empty()) to.member(name, value);
}

void write_kept(json::writer& to, std::string_view name, std::string const& json) {
    if (!json.empty()) to.raw_member(name, json::on_one_line(json));
}

void write_told(json::writer& to, messages::told_command const& of) {
    write_text(to, "command_id", of.id);
    write_text(to, "caller", of.caller);
    write_text(to, "outcome", of.outcome);
    write_text(to, "code", of.code);
    write_text(to, "detail", of.detail);
    if (of.at) to.member("at", to_string(*of.at));
    if (of.unit > 1) to.member("unit", of.unit);
    if (of.took) to.member("took_us", of.took->count());
    to.key("events").begin_array();
    for (auto const at : of.events) to.value(at.value);
    to.end_array();
    write_kept(to, "body", of.body);
}

}  // namespace

void write_message(json::writer& to, messages::message const& one) {
    std::string when;
    append_iso8601(when, one.recorded_at);
    to.begin_object()
        .member("kind", to_string(one.kind))
        .member("position", one.at.position.value)
        .member("token", to_string(one.at))
        .member("recorded_at", when)
        .member("type", one.type)
        .member("stream", one.stream)
        .member("version", one.version.value)
        .member("id", to_string(one.id));
    write_text(to, "correlation_id", one.correlation_id);
    write_text(to, "causation_id", one.causation_id);
    write_text(to, "user", one.user);
    if (one.command)
        write_told(to, *one.command);
    else
        write_kept(to, "data", one.data);
    write_kept(to, "metadata", one.metadata);
    to.end_object();
}

}  // namespace diptych::edge
