#include "write/process/process_records.hpp"
#include "write/record_text.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <utility>

namespace diptych::write {

namespace {

void write_command(json::writer& out, reaction_record::command const& command) {
    out.begin_object().member("name", command.name).member("id", command.id);
    if (!command.slot.empty()) out.member("as", command.slot);
    if (command.not_before) out.member("not_before", microseconds_of(*command.not_before));
    if (command.expires) out.member("expires", microseconds_of(*command.expires));
    out.raw_member("body", command.body).end_object();
}

void write_texts(json::writer& out, std::string_view name, std::vector<std::string> const& all) {
    out.key(name).begin_array();
    for (auto const& one : all) out.value(one);
    out.end_array();
}

void read_texts(json::value const& root, std::string_view name, std::vector<std::string>& to) {
    if (auto const found = root.find(name))
        for (auto const one : found->elements()) to.emplace_back(one.text());
}

}  // namespace

reaction_record record_of(
    model::reaction const& said,
    std::string_view process,
    std::string_view instance,
    position input,
    timestamp now
) {
    reaction_record record{
        .input = input, .cancel = said.cancel, .correlate = said.correlate, .finish = said.finish
    };
    for (auto const& command : said.commands) {
        auto& made = record.commands.emplace_back(reaction_record::command{
            .name = command.name,
            .id = command_id(process, instance, input, record.commands.size()),
            .body = command.json,
            .slot = command.slot
        });
        if (command.after.count() > 0) made.not_before = now + command.after;
        if (command.within) made.expires = now + *command.within;
    }
    for (auto const& timer : said.start)
        record.start.push_back({.name = timer.name, .due = now + timer.delay});
    return record;
}

std::string to_json(
    reaction_record const& record, std::string_view process, std::string_view instance
) {
    auto out = begin_record(process, instance);
    out.member("input", record.input.value);
    out.key("commands").begin_array();
    for (auto const& command : record.commands) write_command(out, command);
    out.end_array().key("start").begin_array();
    for (auto const& timer : record.start)
        out.begin_object()
            .member("timer", timer.name)
            .member("due", microseconds_of(timer.due))
            .end_object();
    out.end_array();
    write_texts(out, "cancel", record.cancel);
    if (!record.correlate.empty()) write_texts(out, "correlate", record.correlate);
    if (record.finish) out.member("finish", true);
    out.end_object();
    return std::move(out).text();
}

result<reaction_record> parse_reaction(recorded_event const& event) {
    DIPTYCH_TRY(auto const document, document_of(event));
    auto const root = document.root();
    auto const input = root.find("input");
    auto const commands = root.find("commands");
    auto const start = root.find("start");
    if (!input || !commands || !start || !root.find("cancel"))
        return unreadable(event, "a member is missing");
    auto const finish = root.find("finish");
    reaction_record record{
        .input = position{static_cast<std::uint64_t>(input->integer())},
        .finish = finish && finish->boolean()
    };
    for (auto const command : commands->elements()) {
        auto const body = command.find("body");
        if (!body) return unreadable(event, "a command has no body");
        record.commands.push_back(
            {.name = text_in(command, "name"),
             .id = text_in(command, "id"),
             .body = std::string(body->raw()),
             .slot = text_in(command, "as"),
             .not_before = time_in(command, "not_before"),
             .expires = time_in(command, "expires")}
        );
    }
    for (auto const timer : start->elements()) {
        auto const due = time_in(timer, "due");
        if (!due) return unreadable(event, "a timer has no due time");
        record.start.push_back({.name = text_in(timer, "timer"), .due = *due});
    }
    read_texts(root, "cancel", record.cancel);
    read_texts(root, "correlate", record.correlate);
    return record;
}

}  // namespace diptych::write
