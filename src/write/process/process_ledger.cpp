#include "write/process/process_ledger.hpp"

#include "base/planted_bug.hpp"

#include <diptych/try.hpp>

#include <algorithm>

namespace diptych::write {

namespace {

constexpr std::size_t ledger_page = 1'000;

constexpr auto process_tables = R"(
create table instance (
    name text primary key,
    started integer,
    last integer not null,
    reactions integer not null,
    finished integer
) strict, without rowid;
create index instance_by_last on instance (last);
create table correlation (
    id text primary key,
    instance text not null
) strict, without rowid;
create table slot (
    instance text not null,
    name text not null,
    id text not null,
    primary key (instance, name)
) strict, without rowid;
create table command (
    input integer not null,
    ordinal integer not null,
    instance text not null,
    id text not null unique,
    name text not null,
    body text not null,
    slot text not null,
    lane text not null,
    is_head integer not null,
    not_before integer not null,
    expires integer,
    ready integer not null,
    attempts integer not null,
    correlation_id text not null,
    causation_id text not null,
    traceparent text not null,
    primary key (input, ordinal)
) strict, without rowid;
create index command_by_lane on command (lane, input, ordinal);
create index command_by_instance on command (instance, input, ordinal);
create index command_by_ready on command (ready, input, ordinal) where is_head = 1;
create table timer (
    instance text not null,
    name text not null,
    due integer not null,
    started_by integer not null,
    correlation_id text not null,
    causation_id text not null,
    traceparent text not null,
    primary key (instance, name)
) strict, without rowid;
create index timer_by_due on timer (due);
create table parked (
    input integer primary key,
    instance text not null,
    is_head integer not null,
    is_dead integer not null,
    attempts integer not null,
    ready integer not null,
    kind text not null,
    code text not null,
    message text not null
) strict;
create index parked_by_instance on parked (instance, input);
create index parked_by_ready on parked (ready, input) where is_head = 1 and is_dead = 0;
)";

query all_records_of(std::string_view process) {
    return records_of(
        process,
        {std::string(reaction_type),
         std::string(accepted_type),
         std::string(refused_type),
         std::string(failed_type),
         std::string(timer_due_type),
         std::string(parked_type),
         std::string(dropped_type)}
    );
}

}  // namespace

result<process_ledger> process_ledger::open(
    sqlite::location const& file, std::string process, log::sequenced_log const& log
) {
    DIPTYCH_TRY(auto opened, ledger_file::open(file, log, process_tables));
    process_ledger made{std::move(opened), std::move(process)};
    made.at_ = made.file_.at();
    made.reacted_to_ = made.file_.passed();
    DIPTYCH_TRY(made.load());
    DIPTYCH_TRY(made.end_rests());  // those of another life
    return made;
}

result<void> process_ledger::load() {
    DIPTYCH_TRY(commands_.load(file_));
    DIPTYCH_TRY(timers_.load(file_));
    DIPTYCH_TRY(parked_.load(file_));
    DIPTYCH_TRY(instances_.load(file_));
    DIPTYCH_TRY(next_timer_, timers_.next(file_));
    return {};
}

result<std::size_t> process_ledger::catch_up(log::sequenced_log const& log) {
    auto const what = all_records_of(process_);
    for (std::size_t records = 0;;) {
        DIPTYCH_TRY(
            auto const page, log.read({.what = what, .after = at_.position, .limit = ledger_page})
        );
        if (page.empty()) {
            at_ = page.seen();
            return records;
        }
        DIPTYCH_TRY(auto all, file_.begin());
        auto const before = reacted_to_;
        auto done = fold(page);
        if (done) done = file_.commit(all, page.seen(), reacted_to_, log);
        if (!done) {
            {
                auto const rolled_back = std::move(all);
            }
            reacted_to_ = before;
            (void)load();
            return std::unexpected(std::move(done).error());
        }
        DIPTYCH_TRY(next_timer_, timers_.next(file_));
        records += page.size();
        at_ = page.seen();
        if (page.at_end()) return records;
    }
}

result<void> process_ledger::keep_passed(position inputs, log::sequenced_log const& log) {
    // Not beyond the checkpoint: what it vouches for ends there.
    reacted_to_ = std::max(reacted_to_, std::min(inputs, at_.position));
    DIPTYCH_TRY(auto all, file_.begin());
    return file_.commit(all, at_, reacted_to_, log);
}

result<void> process_ledger::fold(page const& records) {
    for (auto const& event : records) DIPTYCH_TRY(fold(event));
    return {};
}

result<void> process_ledger::fold(recorded_event const& event) {
    if (event.type == reaction_type) return fold_reaction(event);
    DIPTYCH_TRY(instances_.note_record(file_, instance_of(process_, event), event.position));
    if (event.type == timer_due_type) {
        DIPTYCH_TRY(auto const fired, parse_timer(process_, event));
        if (is_planted(bug::timer_left_running)) return {};
        return timers_.fired(file_, fired);
    }
    if (event.type == parked_type) return note_parked(event);
    if (event.type == dropped_type) {
        DIPTYCH_TRY(auto const input, parse_dropped(event));
        reacted_to_ = std::max(reacted_to_, input);
        return parked_.remove(file_, input);
    }
    DIPTYCH_TRY(auto const answered, parse_answer(event));
    return commands_.remove(file_, answered.id);
}

result<void> process_ledger::note_parked(recorded_event const& event) {
    DIPTYCH_TRY(auto const what, parse_parked(process_, event));
    reacted_to_ = std::max(reacted_to_, what.input);
    return parked_.put(file_, what);
}

result<void> process_ledger::fold_reaction(recorded_event const& event) {
    DIPTYCH_TRY(auto record, parse_reaction(event));
    auto const instance = instance_of(process_, event);
    reacted_to_ = std::max(reacted_to_, record.input);
    DIPTYCH_TRY(parked_.remove(file_, record.input));
    DIPTYCH_TRY(instances_.note_reaction(file_, instance, record, event.position));
    auto const about = conversation_in(event);
    for (auto& command : record.commands)
        DIPTYCH_TRY(commands_.add(
            file_,
            {.instance = instance, .input = record.input, .what = std::move(command), .about = about
            }
        ));
    for (auto const& name : record.cancel) DIPTYCH_TRY(timers_.stop(file_, instance, name));
    for (auto const& timer : record.start)
        DIPTYCH_TRY(timers_.start(
            file_,
            {.instance = instance,
             .name = timer.name,
             .due = timer.due,
             .started_by = event.position,
             .about = about}
        ));
    return record.finish ? timers_.stop_all(file_, instance) : result<void>{};
}

result<std::optional<timestamp>> process_ledger::next_due() {
    auto first = next_timer_;
    auto const take = [&](std::optional<timestamp> const& other) {
        if (other && (!first || *other < *first)) first = other;
    };
    DIPTYCH_TRY(auto const command, commands_.next_ready(file_));
    take(command);
    DIPTYCH_TRY(auto const parked, parked_.next_ready(file_));
    take(parked);
    return first;
}

}  // namespace diptych::write
