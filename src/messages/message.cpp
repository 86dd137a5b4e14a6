#include "messages/message.hpp"

#include "write/conversation.hpp"
#include "write/queue/queue_records.hpp"

#include <diptych/json_value.hpp>
#include <diptych/try.hpp>

#include <utility>

namespace diptych::messages {

namespace {

result<page> page_at(position at, event_log const& log) {
    return log.read({.what = {.engine_events = true}, .after = at - 1, .up_to = at, .limit = 1});
}

}  // namespace

std::string_view to_string(message_kind kind) {
    switch (kind) {
        case message_kind::event:
            return "event";
        case message_kind::command:
            return "command";
        case message_kind::record:
            return "record";
    }
    return "";
}

result<told_command> whole_command(told_command told, event_log const& log) {
    if (!told.queued || told.queued->value == 0) return told;
    DIPTYCH_TRY(auto const found, page_at(*told.queued, log));
    if (found.empty() || found[0].type != write::queued_type) return told;
    auto const queued = write::parse_queued(found[0]);
    if (!queued) return told;
    told.body = queued->body;
    told.user = queued->user;
    told.caller = queued->caller;
    if (!queued->command_id.empty()) told.id = queued->command_id;
    return told;
}

result<message> message_of(recorded_event const& record, event_log const& log) {
    message made{
        .at = {record.epoch, record.position},
        .id = record.id,
        .recorded_at = record.recorded_at,
        .stream = std::string(record.stream),
        .version = record.version,
        .type = std::string(record.type),
        .data = std::string(record.erased ? std::string_view("null") : record.data),
        .metadata = std::string(record.metadata)
    };
    json::document metadata;
    if (metadata.read(record.metadata)) {
        auto const root = metadata.root();
        made.correlation_id = write::text_in(root, "correlation_id");
        made.causation_id = write::text_in(root, "causation_id");
        made.user = write::text_in(root, "user");
    }
    if (!is_engine_type(record.type)) return made;
    made.kind = message_kind::record;
    auto told = command_in(record);
    if (!told) return made;
    made.kind = message_kind::command;
    DIPTYCH_TRY(made.command, whole_command(*std::move(told), log));
    made.type = made.command->name;
    if (made.user.empty()) made.user = made.command->user;
    return made;
}

result<message> message_at(position at, event_log const& log) {
    DIPTYCH_TRY(auto const found, page_at(at, log));
    if (found.empty())
        return fail(errc::not_found, "there is nothing at position " + std::to_string(at.value));
    return message_of(found[0], log);
}

}  // namespace diptych::messages
