#include "edge/process_json.hpp"

#include "edge/json_members.hpp"

#include <string>
#include <string_view>

namespace diptych::edge {

namespace {

void write_sent(json::writer& to, write::sent_command const& one) {
    to.begin_object()
        .member("name", one.what.name)
        .member("id", one.what.id)
        .member("input", one.input.value);
    if (!one.what.slot.empty()) to.member("as", one.what.slot);
    if (one.what.not_before) to.member("not_before", time_text(*one.what.not_before));
    if (one.what.expires) to.member("expires", time_text(*one.what.expires));
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
        to.member("due", time_text(one.due));
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
