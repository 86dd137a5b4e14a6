#include "write/queue/queue_records.hpp"

#include "write/record_stream.hpp"
#include "write/record_text.hpp"
#include "write/record_types.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <utility>

namespace diptych::write {

namespace {

void write_if(json::writer& out, std::string_view name, std::string const& text) {
    if (!text.empty()) out.member(name, text);
}

event_data record_about(queued_command const& command, std::string_view type, json::writer data) {
    return {
        .stream = record_stream(queue_category, lane_of(command)),
        .type = std::string(type),
        .data = std::move(data).text(),
        .metadata = metadata_of(command.about)
    };
}

}  // namespace

execute_options queued_command::options() const {
    return {
        .command_id = command_id.empty() ? id : command_id,
        .caller = caller,
        .user = user,
        .reason = reason,
        .correlation_id = about.correlation_id,
        .causation_id = about.causation_id,
        .traceparent = about.traceparent,
        .expires = expires
    };
}

std::string lane_of(queued_command const& command) {
    return command.key.empty() ? command.id : command.key;
}

event_data queued_record(queued_command const& command) {
    json::writer out;
    out.begin_object().member("id", command.id).member("command", command.name);
    write_if(out, "key", command.key);
    if (command.priority != 0) out.member("priority", command.priority);
    if (command.not_before) out.member("not_before", microseconds_of(*command.not_before));
    if (command.expires) out.member("expires", microseconds_of(*command.expires));
    write_if(out, "command_id", command.command_id);
    write_if(out, "caller", command.caller);
    write_if(out, "user", command.user);
    write_if(out, "reason", command.reason);
    out.raw_member("body", command.body).end_object();
    return record_about(command, queued_type, std::move(out));
}

result<queued_command> parse_queued(recorded_event const& event) {
    DIPTYCH_TRY(auto const document, document_of(event));
    auto const root = document.root();
    auto const body = root.find("body");
    queued_command made{
        .id = text_in(root, "id"),
        .name = text_in(root, "command"),
        .body = body ? std::string(body->raw()) : std::string(),
        .key = text_in(root, "key"),
        .not_before = time_in(root, "not_before"),
        .expires = time_in(root, "expires"),
        .command_id = text_in(root, "command_id"),
        .caller = text_in(root, "caller"),
        .user = text_in(root, "user"),
        .reason = text_in(root, "reason"),
        .about = conversation_in(event),
        .at = event.position
    };
    if (auto const priority = root.find("priority"))
        made.priority = static_cast<int>(priority->integer());
    if (made.id.empty() || made.name.empty() || !body)
        return unreadable(event, "a member is missing");
    return made;
}

event_data queue_answer_record(queued_command const& command, result<outcome> const& answer) {
    json::writer out;
    out.begin_object()
        .member("id", command.id)
        .member("command", command.name)
        .member("queued", command.at.value);
    auto type = failed_type;
    if (answer) {
        type = answer->accepted() ? accepted_type : refused_type;
        auto first = *answer;
        first.repeated = false;
        out.raw_member("outcome", diptych::to_json(first));
    } else {
        write_error(out.key("error"), answer.error());
    }
    out.end_object();
    return record_about(command, type, std::move(out));
}

event_data queue_parked_record(queued_command const& command) {
    json::writer out;
    out.begin_object()
        .member("id", command.id)
        .member("command", command.name)
        .member("queued", command.at.value)
        .member("attempts", command.attempts);
    write_error(out.key("error"), command.why);
    out.end_object();
    return record_about(command, parked_type, std::move(out));
}

event_data queue_dropped_record(queued_command const& command) {
    json::writer out;
    out.begin_object()
        .member("id", command.id)
        .member("command", command.name)
        .member("queued", command.at.value)
        .end_object();
    return record_about(command, dropped_type, std::move(out));
}

result<queue_record> parse_queue_record(recorded_event const& event) {
    DIPTYCH_TRY(auto const document, document_of(event));
    auto const root = document.root();
    queue_record made{.id = text_in(root, "id")};
    if (made.id.empty()) return unreadable(event, "it names no command");
    if (auto const attempts = root.find("attempts"))
        made.attempts = static_cast<int>(attempts->integer());
    if (auto const outcome = root.find("outcome")) made.answer = outcome->raw();
    if (auto const why = root.find("error")) {
        made.answer = why->raw();
        made.why = error_of(*why);
    }
    return made;
}

}  // namespace diptych::write
