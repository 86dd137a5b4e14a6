#include "write/process_ledger.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <algorithm>
#include <charconv>

namespace diptych::write {

namespace {

constexpr std::size_t page_size = 1'000;

std::int64_t integer_in(json::value const& from, std::string_view name) {
    auto const found = from.find(name);
    return found ? found->integer() : 0;
}

position position_in(json::value const& from, std::string_view name) {
    return position{static_cast<std::uint64_t>(integer_in(from, name))};
}

conversation conversation_of(json::value const& saved) {
    return {
        .correlation_id = text_in(saved, "correlation_id"),
        .causation_id = text_in(saved, "causation_id"),
        .traceparent = text_in(saved, "traceparent")
    };
}

std::size_t ordinal_of(std::string_view id) {
    auto const digits = id.substr(id.rfind('/') + 1);
    std::size_t ordinal = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), ordinal);
    return ordinal;
}

}  // namespace

query records_of(std::string_view process, std::vector<std::string> types) {
    return {.items = {{.types = std::move(types)}}, .category = std::string(process)};
}

result<std::size_t> process_ledger::catch_up(log::sequenced_log const& log) {
    auto const what = records_of(
        process_,
        {std::string(reaction_type),
         std::string(accepted_type),
         std::string(refused_type),
         std::string(failed_type),
         std::string(timer_due_type)}
    );
    for (std::size_t records = 0;;) {
        DIPTYCH_TRY(
            auto const page, log.read({.what = what, .after = at_.position, .limit = page_size})
        );
        for (auto const& event : page) DIPTYCH_TRY(fold(event));
        records += page.size();
        at_ = page.seen();
        if (page.at_end()) return records;
    }
}

result<void> process_ledger::fold(recorded_event const& event) {
    if (event.type == reaction_type) {
        DIPTYCH_TRY(auto record, parse_reaction(event));
        auto const instance = instance_of(process_, event);
        reacted_to_ = std::max(reacted_to_, record.input);
        auto const about = conversation_in(event);
        for (auto& command : record.commands)
            note_open(
                {.instance = instance,
                 .input = record.input,
                 .what = std::move(command),
                 .about = about}
            );
        for (auto const& name : record.cancel) stop({instance, name});
        for (auto const& timer : record.start)
            start(
                {.instance = instance,
                 .name = timer.name,
                 .due = timer.due,
                 .started_by = event.position,
                 .about = about}
            );
    } else if (event.type == timer_due_type) {
        DIPTYCH_TRY(auto const fired, parse_timer(process_, event));
        auto const running = timers_.find({fired.instance, fired.name});
        if (running != timers_.end() && running->second.started_by == fired.started_by)
            stop(running->first);
    } else {
        DIPTYCH_TRY(auto const id, answered_id(event));
        if (auto const found = open_by_id_.find(id); found != open_by_id_.end()) {
            open_.erase(found->second);
            open_by_id_.erase(found);
        }
    }
    return {};
}

void process_ledger::note_open(sent_command command) {
    auto const place = std::pair(command.input, ordinal_of(command.what.id));
    open_by_id_.emplace(command.what.id, place);
    open_.emplace(place, std::move(command));
}

void process_ledger::start(running_timer timer) {
    timer_key key{timer.instance, timer.name};
    stop(key);
    by_due_.emplace(timer.due, key);
    timers_.emplace(std::move(key), std::move(timer));
}

void process_ledger::stop(timer_key const& key) {
    auto const found = timers_.find(key);
    if (found == timers_.end()) return;
    by_due_.erase({found->second.due, found->first});
    timers_.erase(found);
}

sent_command const* process_ledger::next_to_send() const {
    return open_.empty() ? nullptr : &open_.begin()->second;
}

running_timer const* process_ledger::next_timer() const {
    return by_due_.empty() ? nullptr : &timers_.at(by_due_.begin()->second);
}

std::string process_ledger::save() const {
    json::writer out;
    out.begin_object().member("reacted_to", reacted_to_.value).key("open").begin_array();
    for (auto const& [place, command] : open_)
        out.begin_object()
            .member("instance", command.instance)
            .member("input", command.input.value)
            .member("name", command.what.name)
            .member("id", command.what.id)
            .raw_member("body", command.what.body)
            .member("correlation_id", command.about.correlation_id)
            .member("causation_id", command.about.causation_id)
            .member("traceparent", command.about.traceparent)
            .end_object();
    out.end_array().key("timers").begin_array();
    for (auto const& [key, timer] : timers_)
        out.begin_object()
            .member("instance", timer.instance)
            .member("timer", timer.name)
            .member("due", timer.due.time_since_epoch().count())
            .member("started_by", timer.started_by.value)
            .member("correlation_id", timer.about.correlation_id)
            .member("causation_id", timer.about.causation_id)
            .member("traceparent", timer.about.traceparent)
            .end_object();
    out.end_array().end_object();
    return std::move(out).text();
}

std::optional<process_ledger> process_ledger::load(
    std::string process, token at, std::string_view saved
) {
    auto const document = json::parse(std::string(saved));
    if (!document) return std::nullopt;
    auto const root = document->root();
    auto const open = root.find("open");
    auto const timers = root.find("timers");
    if (!open || !timers) return std::nullopt;
    process_ledger ledger{std::move(process)};
    ledger.at_ = at;
    ledger.reacted_to_ = position_in(root, "reacted_to");
    for (auto const command : open->elements()) {
        auto const body = command.find("body");
        if (!body) return std::nullopt;
        ledger.note_open(
            {.instance = text_in(command, "instance"),
             .input = position_in(command, "input"),
             .what =
                 {.name = text_in(command, "name"),
                  .id = text_in(command, "id"),
                  .body = std::string(body->raw())},
             .about = conversation_of(command)}
        );
    }
    for (auto const timer : timers->elements())
        ledger.start(
            {.instance = text_in(timer, "instance"),
             .name = text_in(timer, "timer"),
             .due = timestamp{std::chrono::microseconds{integer_in(timer, "due")}},
             .started_by = position_in(timer, "started_by"),
             .about = conversation_of(timer)}
        );
    return ledger;
}

}  // namespace diptych::write
