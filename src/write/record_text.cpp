#include "write/record_text.hpp"

#include "write/conversation.hpp"

#include <string>

namespace diptych::write {

void write_error(json::writer& to, error const& what) {
    to.begin_object()
        .member("kind", diptych::to_string(what.kind))
        .member("code", what.code)
        .member("message", what.message)
        .end_object();
}

error error_of(json::value const& written) {
    return {
        parse_errc(text_in(written, "kind")).value_or(errc::failed),
        text_in(written, "code"),
        text_in(written, "message")
    };
}

std::unexpected<error> unreadable(recorded_event const& event, std::string_view why) {
    auto failure = fail(
        errc::corrupt,
        "process_record",
        std::string(event.type) + " at position " + std::to_string(event.position.value) +
            " can not be read: " + std::string(why)
    );
    failure.error().facts.emplace_back("position", std::to_string(event.position.value));
    return failure;
}

result<json::document> document_of(recorded_event const& event) {
    auto document = json::parse(std::string(event.data));
    if (!document) return unreadable(event, document.error().message);
    return document;
}

std::int64_t microseconds_of(timestamp when) { return when.time_since_epoch().count(); }

std::optional<timestamp> time_in(json::value const& object, std::string_view name) {
    auto const found = object.find(name);
    if (!found) return std::nullopt;
    return timestamp{std::chrono::microseconds{found->integer()}};
}

}  // namespace diptych::write
