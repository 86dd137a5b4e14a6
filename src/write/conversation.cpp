#include "write/conversation.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/uuid.hpp>

#include <utility>

namespace diptych::write {

namespace {

void write_conversation(json::writer& out, conversation const& about) {
    out.member("correlation_id", about.correlation_id).member("causation_id", about.causation_id);
    if (!about.traceparent.empty()) out.member("traceparent", about.traceparent);
}

}  // namespace

std::string text_in(json::value const& object, std::string_view name) {
    auto const found = object.find(name);
    return found ? std::string(found->text()) : std::string();
}

conversation conversation_in(recorded_event const& record) {
    auto const document = json::parse(std::string(record.metadata));
    if (!document) return {};
    auto const root = document->root();
    return {
        .correlation_id = text_in(root, "correlation_id"),
        .causation_id = text_in(root, "causation_id"),
        .traceparent = text_in(root, "traceparent")
    };
}

conversation following(recorded_event const& input) {
    auto about = conversation_in(input);
    about.causation_id = to_string(input.id);
    if (about.correlation_id.empty()) about.correlation_id = about.causation_id;
    return about;
}

std::string metadata_of(conversation const& about) {
    json::writer out;
    out.begin_object();
    write_conversation(out, about);
    out.end_object();
    return std::move(out).text();
}

std::string metadata_of(conversation const& about, timestamp now, std::uint64_t seed) {
    json::writer out;
    out.begin_object();
    write_conversation(out, about);
    out.member("now", now.time_since_epoch().count())
        .member("seed", std::to_string(seed))
        .end_object();
    return std::move(out).text();
}

}  // namespace diptych::write
