// What a process runner does in a step, piece by piece.
#include "base/growing_rest.hpp"
#include "base/planted_bug.hpp"
#include "write/process/process_runner_parts.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <utility>

namespace diptych::write {

namespace {

constexpr int bad_place_attempts = 5;
constexpr std::size_t append_bytes = 1u << 20;  // of one round's records, about

// Whether nobody else did it first.
result<bool> won(result<appended> const& said) {
    if (said) return true;
    if (said.error().kind == errc::conflict) return false;
    return std::unexpected(said.error());
}

}  // namespace

std::vector<std::string> types_of_inputs_done() {
    return {std::string(reaction_type), std::string(parked_type), std::string(dropped_type)};
}

result<void> process_runner::parts::open() {
    if (ledger && ledger->is_lost()) ledger.reset();
    if (ledger) return {};
    DIPTYCH_TRY(auto opened, process_ledger::open(options.ledger, process.name, log));
    ledger.emplace(std::move(opened));
    return {};
}

result<void> process_runner::parts::catch_up() {
    DIPTYCH_TRY(ledger->catch_up(log));
    auto const to = std::max(ledger->reacted_to(), options.start_after);
    if (to <= inputs_at) return {};
    instances.clear();  // somebody else took inputs that they have not seen
    inputs_at = to;
    return {};
}

result<bool> process_runner::parts::append(
    std::vector<event_data> events, std::vector<std::string> unless
) {
    return won(log.append(
        {.events = std::move(events),
         .unless =
             unless_recorded{
                 .what = records_of(process.name, std::move(unless)), .after = ledger->at()
             }}
    ));
}

// What failed for now is sent again later; the rest is to be recorded.
result<void> process_runner::parts::sort_answers() {
    for (auto& one : sender.take()) {
        auto const& id = one.command.what.id;
        if (one.said || !passes_by_itself(one.said.error())) {
            if (held && held->id == id) held.reset();
            answered.push_back(std::move(one));
            continue;
        }
        auto const attempts = one.command.attempts + 1;
        auto const until =
            time.now() + growing_rest(options.rest_first, options.rest_longest, attempts);
        DIPTYCH_TRY(ledger->hold(id, until, attempts));
        held = {.id = id, .why = one.said.error(), .attempts = attempts, .until = until};
    }
    return {};
}

// A command that failed, where the process has no input for that: nobody else would hear of it.
std::optional<error> process_runner::parts::unheard_failure(
    command_answer const& of, event_data const& record
) const {
    if (of.said || of.said.error().code == "expired") return {};
    recorded_event recorded{};
    recorded.stream = record.stream;
    recorded.type = record.type;
    recorded.data = record.data;
    auto const takes_failures =
        std::ranges::find(process.types, failed_type) != process.types.end();
    if (auto const whose = process.key(recorded); takes_failures && whose && *whose) return {};
    auto why = of.said.error();
    why.message = of.command.what.name + " (" + of.command.what.id + ") of " + of.command.instance +
                  " has failed, and the process does not react to that: " + why.message;
    return why;
}

result<bool> process_runner::parts::record_answers() {
    DIPTYCH_TRY(sort_answers());
    if (answered.empty()) return false;
    std::vector<event_data> records;
    std::size_t bytes = 0;
    std::size_t taken = 0;
    std::vector<error> unheard;
    for (auto const& one : answered) {
        if (bytes > append_bytes) break;
        ++taken;
        DIPTYCH_TRY(auto const waits, ledger->is_open(one.command.what.id));
        if (!waits) continue;  // somebody else has recorded it
        records.push_back(answer_record(process.name, one.command, one.said));
        bytes += records.back().data.size();
        if (auto why = unheard_failure(one, records.back())) unheard.push_back(*std::move(why));
    }
    if (!records.empty()) {
        DIPTYCH_TRY(
            auto const recorded,
            append(
                std::move(records),
                {std::string(accepted_type), std::string(refused_type), std::string(failed_type)}
            )
        );
        DIPTYCH_TRY(catch_up());
        if (!recorded) return true;  // somebody else's came between: looked at again
    }
    if (!unheard.empty()) {
        std::lock_guard const lock(mutex);
        counts.unheard += unheard.size();
        counts.last_unheard = std::move(unheard.back());
    }
    answered.erase(answered.begin(), answered.begin() + static_cast<std::ptrdiff_t>(taken));
    return true;
}

result<page> process_runner::parts::read_input(position at) const {
    return log.read({.what = {.engine_events = true}, .after = at - 1, .up_to = at, .limit = 1});
}

// Whose it is was not known when it was parked: it may have come behind others of its instance.
void process_runner::parts::forget(parked_input const& what) {
    if (what.instance == unknown_instance)
        instances.clear();
    else
        instances.forget(what.instance);
}

result<bool> process_runner::parts::try_parked() {
    DIPTYCH_TRY(auto const next, ledger->next_parked(time.now()));
    if (!next) return false;
    DIPTYCH_TRY(auto const input, read_input(next->input));
    auto round = new_round();
    auto const done = round.try_again(*next, input[0]);
    if (!done) {
        forget(*next);
        if (passes_by_itself(done.error()) && !is_bad_place(done.error()))
            return std::unexpected(done.error());
        DIPTYCH_TRY(note_failure(*next, input[0], done.error()));
        return true;
    }
    DIPTYCH_TRY(auto const recorded, append(round.records(), types_of_inputs_done()));
    forget(*next);
    DIPTYCH_TRY(catch_up());
    if (recorded) {
        std::lock_guard const lock(mutex);
        counts.reactions += round.reactions();
    }
    return true;
}

result<void> process_runner::parts::note_failure(
    parked_input what, recorded_event const& input, error why
) {
    auto const was_behind = what.attempts == 0;
    ++what.attempts;
    what.is_dead = what.attempts >= options.attempts_max;
    what.why = std::move(why);
    last_fault = what.why;
    if (was_behind || what.is_dead) {
        DIPTYCH_TRY(
            append({parked_record(process.name, what, following(input))}, types_of_inputs_done())
        );
        DIPTYCH_TRY(catch_up());
    }
    auto const rest = growing_rest(options.rest_first, options.rest_longest, what.attempts);
    return ledger->hold_parked(what.input, time.now() + rest, what.attempts);
}

// A timer waits for the inputs recorded before it was due: one of them may cancel it.
bool process_runner::parts::is_time_for_timer(recorded_event const* next_input) const {
    auto const first = ledger->next_timer();
    if (!first || *first > time.now()) return false;
    if (is_planted(bug::timer_before_inputs)) return true;
    return next_input == nullptr || next_input->recorded_at > *first;
}

result<bool> process_runner::parts::fire(recorded_event const* next_input) {
    auto until = time.now();
    if (next_input != nullptr && !is_planted(bug::timer_before_inputs))
        until = std::min(until, next_input->recorded_at - std::chrono::microseconds{1});
    DIPTYCH_TRY(auto const timers, ledger->due(until, options.timers_per_step));
    std::vector<event_data> records;
    for (auto const& timer : timers) records.push_back(timer_record(process.name, timer));
    if (records.empty()) return true;  // what was just recorded has stopped it
    DIPTYCH_TRY(
        auto const fired,
        append(std::move(records), {std::string(reaction_type), std::string(timer_due_type)})
    );
    if (fired) {
        std::lock_guard const lock(mutex);
        counts.fired += timers.size();
    }
    DIPTYCH_TRY(catch_up());
    return true;
}

// A place in the log that can not be read is tried some times, and is then of its instance only.
input_round process_runner::parts::new_round() {
    std::lock_guard const lock(mutex);
    auto const is_worn_out = pause.attempts() >= bad_place_attempts;
    return {process, *ledger, instances, time, random, is_worn_out};
}

result<bool> process_runner::parts::take_inputs() {
    if (ledger->undelayed_count() >= options.open_max) return false;
    DIPTYCH_TRY(
        auto const page,
        log.read({.what = inputs(), .after = inputs_at, .limit = options.inputs_per_step})
    );
    auto round = new_round();
    auto looked_at = inputs_at;
    recorded_event const* after_timer = nullptr;
    auto is_cut = false;
    for (auto const& input : page) {
        if (is_time_for_timer(&input)) after_timer = &input;
        if (after_timer != nullptr || round.bytes() > append_bytes) {
            is_cut = true;
            break;
        }
        if (auto const looked = round.look_at(input); !looked) {
            instances.clear();  // they have seen what is not on record
            return std::unexpected(looked.error());
        }
        looked_at = input.position;
    }
    if (!is_cut) looked_at = std::max(looked_at, page.seen().position);
    if (is_planted(bug::sent_before_recorded)) send_unrecorded(round);
    DIPTYCH_TRY(auto const recorded, record(round, looked_at));
    if (!recorded) return true;  // somebody else was first: what is left comes again
    if (after_timer != nullptr) return fire(after_timer);
    if (is_cut || !page.at_end()) return true;
    if (is_time_for_timer(nullptr)) return fire(nullptr);
    return !round.records().empty();
}

// Never, but for a planted bug.
void process_runner::parts::send_unrecorded(input_round const& round) {
    for (auto const& record : round.records()) {
        recorded_event recorded{};
        recorded.type = record.type;
        recorded.data = record.data;
        auto const reaction = parse_reaction(recorded);
        if (record.type != reaction_type || !reaction) continue;
        for (auto const& command : reaction->commands)
            sender.send(
                {.instance = std::string(instance_of(process.name, record.stream)),
                 .input = reaction->input,
                 .what = command,
                 .about = {}}
            );
    }
    (void)log.commit_step();
}

// Whether it was recorded: only if nobody else took inputs since the last record read here.
result<bool> process_runner::parts::record(input_round const& round, position looked_at) {
    if (round.last_fault()) last_fault = round.last_fault();
    if (!round.records().empty()) {
        auto recorded = append(round.records(), types_of_inputs_done());
        if (!recorded || !*recorded) instances.clear();
        if (!recorded) return recorded;
        if (*recorded) inputs_at = std::max(inputs_at, looked_at);
        DIPTYCH_TRY(catch_up());
        if (!*recorded) return false;
        auto const again = time.now() + options.rest_first;
        for (auto const input : round.faulty()) DIPTYCH_TRY(ledger->hold_parked(input, again, 1));
    }
    inputs_at = std::max(inputs_at, looked_at);
    since_note += round.inputs();
    std::lock_guard const lock(mutex);
    counts.inputs += round.inputs();
    counts.reactions += round.reactions();
    return true;
}

// Its answer is here and not yet on record.
bool process_runner::parts::is_answered(std::string const& command) const {
    return std::ranges::any_of(answered, [&](command_answer const& one) {
        return one.command.what.id == command;
    });
}

result<bool> process_runner::parts::send() {
    auto const on_the_way = sender.under_way();
    if (on_the_way >= options.sends_max) return false;
    DIPTYCH_TRY(auto const commands, ledger->ready(time.now(), options.sends_max));
    std::size_t sent = 0;
    for (auto const& command : commands) {
        if (sender.is_under_way(command.what.id) || is_answered(command.what.id)) continue;
        if (on_the_way + sent == options.sends_max) break;
        sender.send(command);
        ++sent;
    }
    if (sent == 0) return false;
    {
        std::lock_guard const lock(mutex);
        counts.sent += sent;
    }
    (void)log.commit_step();
    return sender.has_answers();
}

result<void> process_runner::parts::note() {
    if (since_note < options.snapshot_after) return {};
    since_note = 0;
    return ledger->keep_passed(inputs_at, log);
}

}  // namespace diptych::write
