#include "outbox/cloud_event.hpp"

#include <diptych/iso8601.hpp>
#include <diptych/json_writer.hpp>

#include <algorithm>

namespace diptych::outbox {

namespace {

std::string time_of(message const& what) {
    std::string text;
    append_iso8601(text, what.recorded_at);
    return text;
}

// Members without a value are left out: an attribute must not be empty.
void member_if_any(json::writer& to, std::string_view name, std::string const& value) {
    if (!value.empty()) to.member(name, value);
}

}  // namespace

std::string structured(message const& what, std::string_view source) {
    json::writer to;
    to.begin_object().member("specversion", "1.0").member("id", what.id);
    to.member("source", source).member("type", what.type).member("subject", what.stream);
    to.member("time", time_of(what)).member("datacontenttype", "application/json");
    to.member("diptychposition", std::to_string(what.position.value));
    to.member("diptychversion", std::to_string(what.version.value));
    member_if_any(to, "correlationid", what.correlation_id);
    member_if_any(to, "causationid", what.causation_id);
    member_if_any(to, "traceparent", what.traceparent);
    if (!what.data.empty()) to.raw_member("data", what.data);
    to.end_object();
    auto text = std::move(to).text();
    // Between the tokens of stored JSON there may be line breaks; inside of a text there are none.
    std::ranges::replace_if(text, [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return text;
}

std::vector<std::pair<std::string_view, std::string>> attributes(
    message const& what, std::string_view source
) {
    std::vector<std::pair<std::string_view, std::string>> all{
        {"specversion", "1.0"},
        {"id", what.id},
        {"source", std::string(source)},
        {"type", what.type},
        {"subject", what.stream},
        {"time", time_of(what)},
        {"diptychposition", std::to_string(what.position.value)},
        {"diptychversion", std::to_string(what.version.value)},
    };
    if (!what.correlation_id.empty()) all.emplace_back("correlationid", what.correlation_id);
    if (!what.causation_id.empty()) all.emplace_back("causationid", what.causation_id);
    if (!what.traceparent.empty()) all.emplace_back("traceparent", what.traceparent);
    return all;
}

}  // namespace diptych::outbox
