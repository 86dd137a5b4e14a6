#include "write/process_records.hpp"

#include "log/hash.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <optional>
#include <utility>

namespace diptych::write {

namespace {

std::int64_t number(timestamp when) { return when.time_since_epoch().count(); }

timestamp time_of(json::value const& number) {
    return timestamp{std::chrono::microseconds{number.integer()}};
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

// An instance's part of a name that would be too long with it.
constexpr std::size_t shortened_size = 64;
std::string shortened(std::string_view instance) { return log::to_hex(log::sha256({instance})); }

std::string command_id(
    std::string_view process, std::string_view instance, position input, std::size_t ordinal
) {
    auto const id_with = [&](std::string_view part) {
        return std::string(process) + "/" + std::string(part) + "/" + std::to_string(input.value) +
               "/" + std::to_string(ordinal);
    };
    auto plain = id_with(instance);
    return plain.size() <= name_size_max ? plain : id_with(shortened(instance));
}

// A stream whose name is shortened does not say whose it is: its records do.
void write_instance(json::writer& out, std::string_view process, std::string_view instance) {
    if (instance_of(process, process_stream(process, instance)) != instance)
        out.member("instance", instance);
}

void write_conversation(json::writer& out, conversation const& about) {
    out.member("correlation_id", about.correlation_id).member("causation_id", about.causation_id);
    if (!about.traceparent.empty()) out.member("traceparent", about.traceparent);
}

}  // namespace

std::string text_in(json::value const& record, std::string_view name) {
    auto const found = record.find(name);
    return found ? std::string(found->text()) : std::string();
}

std::string process_stream(std::string_view process, std::string_view instance) {
    auto plain = std::string(process) + "-" + std::string(instance);
    if (plain.size() <= name_size_max) return plain;
    return std::string(process) + "-" + shortened(instance);
}

std::string_view instance_of(std::string_view process, std::string_view stream) {
    if (category_of(stream) != process || stream.size() <= process.size()) return {};
    return stream.substr(process.size() + 1);
}

std::string instance_of(std::string_view process, recorded_event const& record) {
    auto const in_stream = instance_of(process, record.stream);
    if (in_stream.size() != shortened_size) return std::string(in_stream);
    auto const document = json::parse(std::string(record.data));
    auto const said = document ? text_in(document->root(), "instance") : std::string();
    return said.empty() ? std::string(in_stream) : said;
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
    out.member("now", number(now)).member("seed", std::to_string(seed)).end_object();
    return std::move(out).text();
}

reaction_record record_of(
    model::reaction const& said,
    std::string_view process,
    std::string_view instance,
    position input,
    timestamp now
) {
    reaction_record record{.input = input, .cancel = said.cancel};
    for (auto const& command : said.commands)
        record.commands.push_back(
            {.name = command.name,
             .id = command_id(process, instance, input, record.commands.size()),
             .body = command.json}
        );
    for (auto const& timer : said.start)
        record.start.push_back({.name = timer.name, .due = now + timer.delay});
    return record;
}

std::string to_json(
    reaction_record const& record, std::string_view process, std::string_view instance
) {
    json::writer out;
    out.begin_object();
    write_instance(out, process, instance);
    out.member("input", record.input.value);
    out.key("commands").begin_array();
    for (auto const& command : record.commands)
        out.begin_object()
            .member("name", command.name)
            .member("id", command.id)
            .raw_member("body", command.body)
            .end_object();
    out.end_array().key("start").begin_array();
    for (auto const& timer : record.start)
        out.begin_object()
            .member("timer", timer.name)
            .member("due", number(timer.due))
            .end_object();
    out.end_array().key("cancel").begin_array();
    for (auto const& timer : record.cancel) out.value(timer);
    out.end_array().end_object();
    return std::move(out).text();
}

result<reaction_record> parse_reaction(recorded_event const& event) {
    DIPTYCH_TRY(auto const document, document_of(event));
    auto const root = document.root();
    auto const input = root.find("input");
    auto const commands = root.find("commands");
    auto const start = root.find("start");
    auto const cancel = root.find("cancel");
    if (!input || !commands || !start || !cancel) return unreadable(event, "a member is missing");
    reaction_record record{.input = position{static_cast<std::uint64_t>(input->integer())}};
    for (auto const command : commands->elements()) {
        auto const body = command.find("body");
        if (!body) return unreadable(event, "a command has no body");
        record.commands.push_back(
            {.name = text_in(command, "name"),
             .id = text_in(command, "id"),
             .body = std::string(body->raw())}
        );
    }
    for (auto const timer : start->elements()) {
        auto const due = timer.find("due");
        if (!due) return unreadable(event, "a timer has no due time");
        record.start.push_back({.name = text_in(timer, "timer"), .due = time_of(*due)});
    }
    for (auto const timer : cancel->elements()) record.cancel.emplace_back(timer.text());
    return record;
}

event_data answer_record(
    std::string_view process, sent_command const& command, result<outcome> const& answer
) {
    json::writer out;
    out.begin_object();
    write_instance(out, process, command.instance);
    out.member("command", command.what.name)
        .member("id", command.what.id)
        .member("input", command.input.value)
        .raw_member("body", command.what.body);
    auto type = failed_type;
    if (answer) {
        type = answer->accepted() ? accepted_type : refused_type;
        auto first = *answer;
        first.repeated = false;  // the process is told once: this is the first it hears of it
        out.raw_member("outcome", diptych::to_json(first));
    } else {
        out.key("error")
            .begin_object()
            .member("kind", diptych::to_string(answer.error().kind))
            .member("code", answer.error().code)
            .member("message", answer.error().message)
            .end_object();
    }
    out.end_object();
    return {
        .stream = process_stream(process, command.instance),
        .type = std::string(type),
        .data = std::move(out).text(),
        .metadata = metadata_of(command.about)
    };
}

result<std::string> answered_id(recorded_event const& event) {
    DIPTYCH_TRY(auto const document, document_of(event));
    auto id = text_in(document.root(), "id");
    if (id.empty()) return unreadable(event, "it names no command");
    return id;
}

event_data timer_record(std::string_view process, running_timer const& timer) {
    json::writer out;
    out.begin_object();
    write_instance(out, process, timer.instance);
    out.member("timer", timer.name)
        .member("due", number(timer.due))
        .member("started_by", timer.started_by.value)
        .end_object();
    return {
        .stream = process_stream(process, timer.instance),
        .type = std::string(timer_due_type),
        .data = std::move(out).text(),
        .metadata = metadata_of(timer.about)
    };
}

result<running_timer> parse_timer(std::string_view process, recorded_event const& event) {
    DIPTYCH_TRY(auto const document, document_of(event));
    auto const root = document.root();
    auto const due = root.find("due");
    auto const started_by = root.find("started_by");
    if (!due || !started_by) return unreadable(event, "a member is missing");
    return running_timer{
        .instance = instance_of(process, event),
        .name = text_in(root, "timer"),
        .due = time_of(*due),
        .started_by = position{static_cast<std::uint64_t>(started_by->integer())}
    };
}

}  // namespace diptych::write
