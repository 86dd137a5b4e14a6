#include "messages/command_record.hpp"

#include "write/record_text.hpp"
#include "write/user_code.hpp"

#include <diptych/json_value.hpp>
#include <diptych/json_writer.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>

namespace diptych::messages {

namespace {

std::string text_of(json::value const& in, std::string_view path) {
    auto const found = in.at(path);
    return found ? std::string(found->text()) : std::string();
}

std::optional<std::int64_t> number_of(json::value const& in, std::string_view name) {
    auto const found = in.find(name);
    return found ? std::optional(found->integer()) : std::nullopt;
}

std::optional<position> position_of(json::value const& in, std::string_view name) {
    auto const found = number_of(in, name);
    if (!found) return std::nullopt;
    return position{static_cast<std::uint64_t>(*found)};
}

std::string command_id_in(std::string_view metadata) {
    auto const document = json::parse(std::string(metadata));
    return document ? text_of(document->root(), "command_id") : std::string();
}

void write_answer(
    json::writer& to, result<outcome> const& answer, std::span<event_summary const> events
) {
    if (answer) {
        outcome const own{
            .is = answer->is,
            .at = answer->at,
            .events = {events.begin(), events.end()},
            .reason = answer->reason,
            .detail = answer->detail,
            .refused_by = answer->refused_by,
            .location = answer->location,
            .repeated = answer->repeated,
            .view_behind = answer->view_behind
        };
        to.raw_member("outcome", to_json(own));
        return;
    }
    write::write_error(to.key("error"), answer.error());
}

event_data record_of(
    write::handled_command const& what,
    write::handled_command::part const& one,
    std::span<event_summary const> events
) {
    auto const name = write::full_name(*one.command);
    json::writer data;
    data.begin_object().member("command", name);
    if (auto const id = command_id_in(one.metadata); !id.empty()) data.member("id", id);
    if (!what.caller.empty()) data.member("caller", what.caller);
    if (what.parts.size() > 1) data.member("unit", what.parts.size());
    data.member("received", what.received.time_since_epoch().count())
        .member("took", what.took.count());
    auto const body = write::guarded("writing " + name, [&]() -> result<std::string> {
        return one.command->print(one.value.get());
    });
    if (!body)
        data.member("body_error", body.error().message);
    else if (body->size() > body_bytes_max)
        data.member("body_bytes", body->size());
    else
        data.raw_member("body", *body);
    write_answer(data, what.answer, events);
    data.end_object();
    return {
        .stream = "$command-" + name,
        .type = std::string(command_record_type),
        .data = std::move(data).text(),
        .metadata = one.metadata
    };
}

void read_outcome(json::value const& said, told_command& to) {
    to.outcome = text_of(said, "outcome");
    to.code = text_of(said, "reason");
    to.detail = text_of(said, "detail");
    if (auto const at = parse_token(text_of(said, "token"))) to.at = *at;
    auto const events = said.find("events");
    if (!events) return;
    for (auto const one : events->elements()) {
        if (auto const at = position_of(one, "position")) to.events.push_back(*at);
        auto stream = text_of(one, "stream");
        if (std::ranges::find(to.streams, stream) == to.streams.end())
            to.streams.push_back(std::move(stream));
    }
}

}  // namespace

std::vector<event_data> command_records(write::handled_command const& what) {
    std::vector<event_data> all;
    std::span<event_summary const> events;
    if (what.answer) events = what.answer->events;
    for (auto const& one : what.parts) {
        auto const count = std::min(one.events, events.size());
        all.push_back(record_of(what, one, what.parts.size() == 1 ? events : events.first(count)));
        events = events.subspan(count);
    }
    return all;
}

bool is_command_record(std::string_view type) {
    return type == command_record_type || type == "$accepted" || type == "$refused" ||
           type == "$failed";
}

std::optional<told_command> command_in(recorded_event const& record) {
    if (!is_command_record(record.type)) return std::nullopt;
    json::document data;
    if (!data.read(record.data)) return std::nullopt;
    auto const root = data.root();
    told_command made{
        .name = text_of(root, "command"),
        .id = text_of(root, "id"),
        .caller = text_of(root, "caller"),
        .input = position_of(root, "input"),
        .queued = position_of(root, "queued")
    };
    if (made.name.empty()) return std::nullopt;
    if (made.input) made.caller = "$process";
    if (auto const body = root.find("body")) made.body = body->raw();
    if (auto const took = number_of(root, "took")) made.took = std::chrono::microseconds(*took);
    if (auto const unit = number_of(root, "unit")) made.unit = static_cast<std::size_t>(*unit);
    if (auto const said = root.find("outcome")) {
        read_outcome(*said, made);
    } else {
        made.outcome = text_of(root, "error.kind");
        made.code = text_of(root, "error.code");
        made.detail = text_of(root, "error.message");
    }
    json::document metadata;
    if (metadata.read(record.metadata)) made.user = text_of(metadata.root(), "user");
    return made;
}

}  // namespace diptych::messages
