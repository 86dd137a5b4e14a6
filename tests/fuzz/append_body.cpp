// Bodies of POST /events: what is accepted can be recorded, shown, and appended again.
#include "edge/append_body.hpp"

#include "edge/event_json.hpp"
#include "fuzz/target.hpp"
#include "log/record.hpp"
#include "log/request_check.hpp"

#include <diptych/json_value.hpp>
#include <diptych/json_writer.hpp>

namespace diptych::fuzz {

namespace {

void write_query(json::writer& to, query const& what) {
    to.key("query").begin_array();
    for (auto const& item : what.items) {
        to.begin_object().key("types").begin_array();
        for (auto const& type : item.types) to.value(type);
        to.end_array().key("tags").begin_array();
        for (auto const& tag : item.tags) to.value(tag);
        to.end_array().end_object();
    }
    to.end_array();
}

/// The request as a body once more.
std::string body_of(append_request const& request) {
    json::writer to;
    to.begin_object().key("events").begin_array();
    for (auto const& one : request.events) {
        to.begin_object().member("stream", one.stream).member("type", one.type);
        if (!one.id.is_nil()) to.member("id", to_string(one.id));
        to.key("tags").begin_array();
        for (auto const& tag : one.tags) to.value(tag);
        to.end_array().raw_member("data", one.data).raw_member("metadata", one.metadata);
        to.end_object();
    }
    to.end_array().key("expect").begin_object();
    for (auto const& [stream, what] : request.expect)
        if (auto const at = what.exact())
            to.member(stream, at->value);
        else
            to.member(stream, to_string(what));
    to.end_object();
    if (request.unless) {
        write_query(to.key("unless").begin_object(), request.unless->what);
        to.member("after", to_string(request.unless->after)).end_object();
    }
    return std::move(to.end_object()).text();
}

/// Records an event, reads it back and shows it as the server does.
void record(event_data const& event) {
    auto encoded = log::encode(event, event.id);
    log::seal(encoded.bytes, 7, version{3}, timestamp{});
    auto const back = log::decode(encoded.bytes, position{5}, epoch{1}, 7);
    require(back.has_value(), "what was recorded decodes");
    require(back->stream == event.stream && back->type == event.type, "names are kept");
    require(back->data == event.data && back->metadata == event.metadata, "data is kept");
    require(std::ranges::equal(back->tags, event.tags), "tags are kept");
    json::writer shown;
    edge::write_event(shown, *back);
    require(!shown.text().contains('\n'), "an event is shown on one line");
    auto const read = json::parse(shown.text());
    require(read.has_value(), "an event is shown as JSON");
    require(read->root().find("data")->raw() == event.data, "data is shown as it was recorded");
}

}  // namespace

void append_body(std::string_view input) {
    auto const request = edge::parse_append(input);
    if (!request) {
        require(request.error().kind == errc::invalid, "a body that is no append is invalid");
        auto const path = json::parse(request.error().facts.at(0).second);
        require(path && path->root().kind() == json::kind::text, "an error names its path");
        return;
    }
    auto const body = body_of(*request);
    auto const again = edge::parse_append(body);
    require(again.has_value(), "an append can be written as a body");
    require(body_of(*again) == body, "an append is read as it was written");
    auto const checked = log::check(*request);
    require(checked || checked.error().kind == errc::invalid, "what is malformed is invalid");
    if (checked)
        for (auto const& event : request->events) record(event);
}

}  // namespace diptych::fuzz
