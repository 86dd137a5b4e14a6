#include "edge/channel_json.hpp"

#include "edge/json_members.hpp"

#include <string>

namespace diptych::edge {

void write_channel(json::writer& to, outbox::channel_status const& of) {
    to.begin_object().member("channel", of.name).member("to", of.to);
    to.member("state", to_string(of.state)).member("position", of.up_to.value);
    to.member("lag", of.lag);
    if (of.oldest) to.member("oldest", time_text(*of.oldest));
    to.member("in_flight", of.in_flight).member("dead_letters", of.dead_letters);
    if (!of.paused_stream.empty()) to.member("paused_at", of.paused_stream);
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
    to.member("position", what.position.value).member("event_id", what.event_id);
    to.member("type", what.type).member("attempts", what.attempts).member("why", what.why);
    to.member("since", time_text(what.since)).member("behind", one.behind);
    to.member("goes_on", what.goes_on).end_object();
}

}  // namespace diptych::edge
