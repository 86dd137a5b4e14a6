#include "edge/process_json.hpp"

#include <diptych/iso8601.hpp>

#include <string>
#include <string_view>

namespace diptych::edge {

namespace {

void write_time(json::writer& to, std::string_view name, timestamp when) {
    std::string text;
    append_iso8601(text, when);
    to.member(name, text);
}

void write_fault(json::writer& to, std::string_view name, error const& what) {
    to.key(name)
        .begin_object()
        .member("kind", to_string(what.kind))
        .member("code", what.code)
        .member("detail", what.message)
        .end_object();
}

void write_sent(json::writer& to, write::sent_command const& one) {
    to.begin_object()
        .member("name", one.what.name)
        .member("id", one.what.id)
        .member("input", one.input.value);
    if (!one.what.slot.empty()) to.member("as", one.what.slot);
    if (one.what.not_before) write_time(to, "not_before", *one.what.not_before);
    if (one.what.expires) write_time(to, "expires", *one.what.expires);
    if (one.attempts > 0) to.member("attempts", one.attempts);
    to.raw_member("body", one.what.body).end_object();
}

}  // namespace

void write_instance(json::writer& to, write::process_instance const& one) {
    to.member("instance", one.name)
        .member("state", one.finished ? "finished" : "running")
        .member("reactions", one.reactions)
        .member("last", one.last.value);
    if (one.started) to.member("started", one.started->value);
    if (one.finished) to.member("finished", one.finished->value);
}

void write_parked(json::writer& to, write::parked_input const& one) {
    to.member("position", one.input.value)
        .member("instance", one.instance)
        .member("attempts", one.attempts)
        .member("dead", one.is_dead);
    if (one.attempts > 0) write_fault(to, "error", one.why);
}

void write_detail(json::writer& to, write::instance_detail const& of) {
    write_instance(to, of.is);
    if (of.state) to.raw_member("value", *of.state);
    if (of.state_fault) write_fault(to, "value_error", *of.state_fault);
    to.key("commands").begin_array();
    for (auto const& one : of.open) write_sent(to, one);
    to.end_array().key("timers").begin_array();
    for (auto const& one : of.timers) {
        to.begin_object().member("timer", one.name);
        write_time(to, "due", one.due);
        to.member("started_by", one.started_by.value).end_object();
    }
    to.end_array().key("dead_letters").begin_array();
    for (auto const& one : of.parked) {
        to.begin_object();
        write_parked(to, one);
        to.end_object();
    }
    to.end_array();
}

}  // namespace diptych::edge
