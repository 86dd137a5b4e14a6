#include "edge/channel_json.hpp"

#include "edge/json_members.hpp"

#include <string>

namespace diptych::edge {

void write_channel(json::writer& to, outbox::channel_status const& of) {
    to.begin_object().member("channel", of.name).member("to", of.to);
    to.member("direction", "out").member("delivery", to_string(of.keeps));
    to.member("state", to_string(of.state)).member("position", of.up_to.value);
    to.member("lag", of.lag);
    if (of.oldest) to.member("oldest", time_text(*of.oldest));
    to.member("in_flight", of.in_flight).member("dead_letters", of.dead_letters);
    if (!of.paused_stream.empty()) to.member("paused_at", of.paused_stream);
    if (of.paused)
        to.key("paused_message")
            .begin_object()
            .member("position", of.paused->position.value)
            .member("version", of.paused->version.value)
            .member("type", of.paused->type)
            .member("event_id", of.paused->event_id)
            .end_object();
    if (of.next_try) to.member("next_try", time_text(*of.next_try));
    if (!of.last_error.empty()) {
        to.key("error").begin_object();
        to.member("detail", of.last_error).member("when", time_text(of.last_error_at)).end_object();
    }
    to.key("since_start").begin_object();
    to.member("delivered", of.delivered).member("refused", of.refused);
    to.member("failures", of.failures).member("records", of.records).end_object().end_object();
}

void write_letter(json::writer& to, outbox::letter_status const& one) {
    auto const& what = one.what;
    to.begin_object().member("stream", what.stream).member("version", what.version.value);
    if (!what.event_id.empty())
        to.member("position", what.position.value)
            .member("event_id", what.event_id)
            .member("type", what.type);
    to.member("attempts", what.attempts).member("why", what.why);
    to.member("since", time_text(what.since)).member("behind", one.behind);
    to.member("goes_on", what.goes_on).end_object();
}

void write_incoming(json::writer& to, intake::incoming_status const& of) {
    to.begin_object().member("channel", of.name).member("from", of.from);
    to.member("direction", "in").member("delivery", to_string(of.keeps));
    to.member("state", to_string(of.state));
    if (of.lag) to.member("lag", *of.lag);
    to.member("in_flight", of.in_flight).member("dead_letters", of.dead_letters);
    if (of.next_try) to.member("next_try", time_text(*of.next_try));
    if (!of.last_error.empty()) {
        to.key("error").begin_object();
        to.member("detail", of.last_error).member("when", time_text(of.last_error_at)).end_object();
    }
    auto const& counts = of.counts;
    to.key("since_start").begin_object();
    to.member("received", counts.received).member("done", counts.done);
    to.member("repeated", counts.repeated).member("refused", counts.refused);
    to.member("held", counts.held).member("unmapped", counts.unmapped);
    to.member("malformed", counts.malformed).member("parked", counts.parked);
    to.member("failures", counts.failures);
    to.member("breaks", of.breaks).end_object().end_object();
}

void write_incoming_letter(json::writer& to, intake::letter_view const& one) {
    auto const& [number, what, message] = one;
    to.begin_object().member("number", number.value).member("message_id", what.message_id);
    to.member("type", what.type).member("attempts", what.attempts).member("why", what.why);
    to.member("since", time_text(what.since)).member("goes_on", what.goes_on);
    to.member("topic", intake::readable(message.topic))
        .member("key", intake::readable(message.key));
    to.key("headers").begin_object();
    for (auto const& [name, value] : message.headers)
        to.member(intake::readable(name), intake::readable(value));
    to.end_object().member("body", intake::readable(message.body)).end_object();
}

}  // namespace diptych::edge
