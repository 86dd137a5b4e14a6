#include "write/process_runner.hpp"

#include "base/planted_bug.hpp"
#include "write/fold.hpp"
#include "write/log_stamp.hpp"
#include "write/process_instances.hpp"
#include "write/process_ledger.hpp"
#include "write/process_records.hpp"
#include "write/user_code.hpp"

#include <diptych/environment.hpp>
#include <diptych/try.hpp>

#include <algorithm>
#include <mutex>
#include <utility>

namespace diptych::write {

namespace {

constexpr std::string_view note_format = "diptych process 2";

// Whether nobody else did it first.
result<bool> won(result<appended> const& said) {
    if (said) return true;
    if (said.error().kind == errc::conflict) return false;
    return std::unexpected(said.error());
}

// Somebody else's record came between: what to do is looked at again, at once.
constexpr std::string_view raced = "raced";

}  // namespace

struct process_runner::parts {
    result<void> open();
    result<void> catch_up(position taking = {});
    result<bool> send_one();
    result<bool> fire_one();
    result<bool> take_inputs();
    bool is_time_for_timer(recorded_event const* next_input) const;
    result<void> take(recorded_event const& input);
    result<void> react(std::string const& instance, recorded_event const& input);
    result<bool> record(
        std::string const& instance,
        recorded_event const& input,
        reaction_record const& reaction,
        environment const& surroundings
    );
    query inputs() const { return {.items = {{.types = process.types}}}; }
    std::string note_name() const { return "process\x1f" + process.name; }
    result<void> note();
    result<bool> work();
    void publish(result<bool> const& how_it_went);

    model::process const& process;
    log::sequenced_log& log;
    executor& commands;
    clock& time;
    random_source& random;
    process_options const options;

    bool opened = false;
    process_ledger ledger{process.name};
    process_instances instances{process, log, options.cached_instances_max};
    position inputs_at{};  // inputs up to here have been looked at
    std::size_t since_note = 0;

    std::mutex mutable mutex = {};  // guards everything below
    process_statistics counts = {};
    process_pause pause{options.rest_first, options.rest_longest};
    std::optional<timestamp> due = {};
};

process_runner::process_runner(
    model::process const& process,
    log::sequenced_log& log,
    executor& commands,
    clock& time,
    random_source& random,
    process_options options
)
    : parts_(new parts{
          .process = process,
          .log = log,
          .commands = commands,
          .time = time,
          .random = random,
          .options = options
      }) {}

process_runner::~process_runner() = default;

// Begins where the last note is, or at the first record.
result<void> process_runner::parts::open() {
    DIPTYCH_TRY(auto const bytes, log.load_state(note_name()));
    if (bytes) {
        std::string_view text = *bytes;
        auto const format = take_line(text);
        auto const stamp = take_line(text);
        auto const end = log.end();
        if (format == note_format && stamp)
            if (auto const at = position_of_stamp(log, *stamp, end.position))
                if (auto kept = process_ledger::load(process.name, {end.epoch, *at}, text))
                    ledger = *std::move(kept);
    }
    opened = true;
    return {};
}

result<void> process_runner::parts::note() {
    if (since_note < options.snapshot_after) return {};
    since_note = 0;
    DIPTYCH_TRY(ledger.catch_up(log));
    // Not beyond the stamp: what it vouches for ends there.
    ledger.passed(std::min(inputs_at, ledger.at().position));
    DIPTYCH_TRY(auto const stamp, stamp_of(log, ledger.at().position));
    return log.save_state(
        note_name(), std::string(note_format) + '\n' + stamp + '\n' + ledger.save()
    );
}

// `taking` is the input in hand: all before it have been looked at here.
result<void> process_runner::parts::catch_up(position taking) {
    DIPTYCH_TRY(auto const records, ledger.catch_up(log));
    since_note += records;
    auto const to = std::max(ledger.reacted_to(), options.start_after);
    if (to <= inputs_at) return {};
    if (to != taking) instances.clear();  // somebody else took inputs that they have not seen
    inputs_at = to;
    return {};
}

void process_runner::parts::publish(result<bool> const& how_it_went) {
    auto const* const timer = ledger.next_timer();
    std::lock_guard const lock(mutex);
    if (how_it_went)
        pause.note_success();
    else
        pause.note_failure(inputs_at, how_it_went.error(), time.now());
    counts.at = inputs_at;
    counts.open = ledger.open();
    counts.timers = ledger.timers();
    due = timer == nullptr ? std::nullopt : std::optional(timer->due);
}

// Sends the oldest command without an answer and records what came of it.
result<bool> process_runner::parts::send_one() {
    auto const* const next = ledger.next_to_send();
    if (next == nullptr) return false;
    auto const command = *next;
    {
        std::lock_guard const lock(mutex);
        ++counts.sent;
    }
    auto const answer = commands.execute(
        command.what.name,
        command.what.body,
        {.command_id = is_planted(bug::sent_with_new_id)
                           ? command.what.id + std::to_string(random.next())
                           : command.what.id,
         .caller = "$process",
         .correlation_id = command.about.correlation_id,
         .causation_id = command.about.causation_id,
         .traceparent = command.about.traceparent}
    );
    if (!answer && passes_by_itself(answer.error())) return std::unexpected(answer.error());
    // Another answer in this instance's stream may be this one's: look again before recording it.
    query const answers{
        .items =
            {{.types =
                  {std::string(accepted_type), std::string(refused_type), std::string(failed_type)},
              .tags = {process_stream(process.name, command.instance)}}}
    };
    auto const said = log.append(
        {.events = {answer_record(process.name, command, answer)},
         .unless = unless_recorded{.what = answers, .after = ledger.at()}}
    );
    DIPTYCH_TRY(won(said));
    DIPTYCH_TRY(catch_up());
    return true;
}

// A timer waits for the inputs recorded before it was due: one of them may cancel it.
bool process_runner::parts::is_time_for_timer(recorded_event const* next_input) const {
    auto const* const timer = ledger.next_timer();
    if (timer == nullptr || timer->due > time.now()) return false;
    return next_input == nullptr || next_input->recorded_at > timer->due;
}

result<bool> process_runner::parts::fire_one() {
    auto const timer = *ledger.next_timer();
    query const changes{
        .items =
            {{.types = {std::string(reaction_type), std::string(timer_due_type)},
              .tags = {process_stream(process.name, timer.instance)}}}
    };
    auto const said = log.append(
        {.events = {timer_record(process.name, timer)},
         .unless = unless_recorded{.what = changes, .after = ledger.at()}}
    );
    DIPTYCH_TRY(auto const fired, won(said));
    if (fired) {
        std::lock_guard const lock(mutex);
        ++counts.fired;
    }
    DIPTYCH_TRY(catch_up());
    return true;
}

result<bool> process_runner::parts::take_inputs() {
    DIPTYCH_TRY(
        auto const page,
        log.read({.what = inputs(), .after = inputs_at, .limit = options.inputs_per_step})
    );
    for (auto const& input : page) {
        if (input.position <= inputs_at) continue;  // somebody else reacted to it meanwhile
        if (is_time_for_timer(&input)) return fire_one();
        DIPTYCH_TRY(take(input));
        if (ledger.open() > 0) return true;  // what it asks for comes first
    }
    inputs_at = std::max(inputs_at, page.seen().position);
    if (!page.at_end()) return true;
    if (is_time_for_timer(nullptr)) return fire_one();
    return false;
}

result<void> process_runner::parts::take(recorded_event const& input) {
    DIPTYCH_TRY(auto const instance, instances.instance_of_input(input));
    if (instance) {
        auto reacted = react(*instance, input);
        if (!reacted) {
            instances.forget(*instance);  // it holds the input already
            return reacted;
        }
        std::lock_guard const lock(mutex);
        ++counts.inputs;
    }
    inputs_at = std::max(inputs_at, input.position);
    ++since_note;
    return {};
}

result<void> process_runner::parts::react(
    std::string const& instance, recorded_event const& input
) {
    DIPTYCH_TRY(auto const* const state, instances.after(instance, input));
    environment const surroundings{time.now(), random.next()};
    DIPTYCH_TRY(auto const said, guarded("react of " + process.name, [&] {
                    return process.react(state, input, instance, surroundings);
                }));
    auto const reaction = record_of(said, process.name, instance, input.position, surroundings.now);
    if (reaction.asks_for_nothing() && instances.is_found_by_name(instance, input)) return {};
    DIPTYCH_TRY(auto const recorded, record(instance, input, reaction, surroundings));
    DIPTYCH_TRY(catch_up(input.position));
    if (recorded) {
        std::lock_guard const lock(mutex);
        ++counts.reactions;
        return {};
    }
    instances.forget(instance);
    // Somebody else's record came between. If it was of this input, it is done; else the next step
    // comes back to it.
    if (ledger.reacted_to() >= input.position) return {};
    return fail(
        errc::unavailable,
        std::string(raced),
        "another runner of " + process.name + " was first; position " +
            std::to_string(input.position.value) + " comes again"
    );
}

// Whether it was recorded: only if no reaction of this process was since the last one read here.
result<bool> process_runner::parts::record(
    std::string const& instance,
    recorded_event const& input,
    reaction_record const& reaction,
    environment const& surroundings
) {
    return won(log.append(
        {.events =
             {{.stream = process_stream(process.name, instance),
               .type = std::string(reaction_type),
               .data = to_json(reaction, process.name, instance),
               .metadata = metadata_of(following(input), surroundings.now, surroundings.seed)}},
         .unless =
             unless_recorded{
                 .what = records_of(process.name, {std::string(reaction_type)}),
                 .after = ledger.at()
             }}
    ));
}

result<bool> process_runner::parts::work() {
    if (!opened) {
        DIPTYCH_TRY(open());
    }
    DIPTYCH_TRY(catch_up());
    DIPTYCH_TRY(auto const sent, send_one());
    if (sent) return true;
    DIPTYCH_TRY(auto const more, take_inputs());
    DIPTYCH_TRY(note());
    return more;
}

result<bool> process_runner::step() {
    auto& my = *parts_;
    {
        auto const now = my.time.now();
        std::lock_guard const lock(my.mutex);
        if (my.pause.is_on(now)) return false;
    }
    auto more = my.work();
    if (!more && more.error().code == raced) more = true;
    my.publish(more);
    return more;
}

std::optional<timestamp> process_runner::next_due() const {
    std::lock_guard const lock(parts_->mutex);
    auto const again = parts_->pause.retry_at();
    return again ? again : parts_->due;
}

process_status process_runner::status() const {
    auto const end = parts_->log.end();
    process_status now{.at = end};
    std::lock_guard const lock(parts_->mutex);
    now.at.position = std::min(parts_->counts.at, end.position);
    now.lag = end.position.value - now.at.position.value;
    parts_->pause.describe(now);
    return now;
}

process_statistics process_runner::statistics() const {
    std::lock_guard const lock(parts_->mutex);
    return parts_->counts;
}

}  // namespace diptych::write
