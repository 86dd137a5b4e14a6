#include "write/process/process_records.hpp"

#include "write/record_text.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <utility>

namespace diptych::write {

namespace {

event_data record_in(
    std::string_view process,
    std::string_view instance,
    std::string_view type,
    json::writer data,
    conversation const& about
) {
    return {
        .stream = record_stream(process, instance),
        .type = std::string(type),
        .data = std::move(data).text(),
        .metadata = metadata_of(about)
    };
}

}  // namespace

event_data answer_record(
    std::string_view process, sent_command const& command, result<outcome> const& answer
) {
    auto out = begin_record(process, command.instance);
    out.member("command", command.what.name).member("id", command.what.id);
    if (!command.what.slot.empty()) out.member("as", command.what.slot);
    out.member("input", command.input.value).raw_member("body", command.what.body);
    auto type = failed_type;
    if (answer) {
        type = answer->accepted() ? accepted_type : refused_type;
        auto first = *answer;
        first.repeated = false;  // the process is told once: this is the first it hears of it
        out.raw_member("outcome", diptych::to_json(first));
    } else {
        out.key("error");
        write_error(out, answer.error());
    }
    out.end_object();
    return record_in(process, command.instance, type, std::move(out), command.about);
}

result<answered_command> parse_answer(recorded_event const& event) {
    DIPTYCH_TRY(auto const document, document_of(event));
    auto const root = document.root();
    answered_command about{.id = text_in(root, "id"), .slot = text_in(root, "as")};
    if (about.id.empty()) return unreadable(event, "it names no command");
    return about;
}

event_data timer_record(std::string_view process, running_timer const& timer) {
    auto out = begin_record(process, timer.instance);
    out.member("timer", timer.name)
        .member("due", microseconds_of(timer.due))
        .member("started_by", timer.started_by.value)
        .end_object();
    return record_in(process, timer.instance, timer_due_type, std::move(out), timer.about);
}

result<running_timer> parse_timer(std::string_view process, recorded_event const& event) {
    DIPTYCH_TRY(auto const document, document_of(event));
    auto const root = document.root();
    auto const due = time_in(root, "due");
    auto const started_by = root.find("started_by");
    if (!due || !started_by) return unreadable(event, "a member is missing");
    return running_timer{
        .instance = instance_of(process, event),
        .name = text_in(root, "timer"),
        .due = *due,
        .started_by = position{static_cast<std::uint64_t>(started_by->integer())}
    };
}

event_data parked_record(
    std::string_view process, parked_input const& what, conversation const& about
) {
    auto out = begin_record(process, what.instance);
    out.member("input", what.input.value).member("attempts", std::int64_t{what.attempts});
    if (what.is_dead) out.member("dead", true);
    if (what.attempts > 0) {
        out.key("error");
        write_error(out, what.why);
    }
    out.end_object();
    return record_in(process, what.instance, parked_type, std::move(out), about);
}

result<parked_input> parse_parked(std::string_view process, recorded_event const& event) {
    DIPTYCH_TRY(auto const document, document_of(event));
    auto const root = document.root();
    auto const input = root.find("input");
    if (!input) return unreadable(event, "a member is missing");
    auto const attempts = root.find("attempts");
    auto const dead = root.find("dead");
    parked_input what{
        .instance = instance_of(process, event),
        .input = position{static_cast<std::uint64_t>(input->integer())},
        .attempts = attempts ? static_cast<int>(attempts->integer()) : 0,
        .is_dead = dead && dead->boolean(),
    };
    if (auto const why = root.find("error")) what.why = error_of(*why);
    return what;
}

event_data dropped_record(std::string_view process, std::string_view instance, position input) {
    auto out = begin_record(process, instance);
    out.member("input", input.value).end_object();
    return record_in(process, instance, dropped_type, std::move(out), {});
}

result<position> parse_dropped(recorded_event const& event) {
    DIPTYCH_TRY(auto const document, document_of(event));
    auto const input = document.root().find("input");
    if (!input) return unreadable(event, "a member is missing");
    return position{static_cast<std::uint64_t>(input->integer())};
}

}  // namespace diptych::write
