#include "write/process/process_runner.hpp"

#include "sqlite/file_trust.hpp"
#include "write/process/process_runner_parts.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <mutex>
#include <utility>

namespace diptych::write {

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
          .time = time,
          .random = random,
          .options = std::move(options),
          .sender = command_sender{commands, random}
      }) {}

process_runner::~process_runner() = default;

void process_runner::on_answer(std::function<void()> call) {
    parts_->sender.on_answer(std::move(call));
}

void process_runner::parts::publish(result<bool> const& how_it_went) {
    auto const next = ledger ? ledger->next_due() : result<std::optional<timestamp>>{};
    std::lock_guard const lock(mutex);
    if (how_it_went)
        pause.note_success();
    else
        pause.note_failure(inputs_at, how_it_went.error(), time.now());
    counts.at = inputs_at;
    counts.step_error = pause.last_error();
    if (!ledger) return;
    counts.open = ledger->open_count();
    counts.timers = ledger->timer_count();
    counts.instances = ledger->instances().size();
    counts.finished = ledger->instances().finished();
    counts.parked = ledger->parked().size();
    counts.dead = ledger->parked().dead();
    due = next ? *next : std::nullopt;
    shown_hold = held;
    shown_fault = counts.parked > 0 ? last_fault : std::nullopt;
}

result<bool> process_runner::parts::work() {
    DIPTYCH_TRY(open());
    auto const now = time.now();
    if (std::exchange(last_step, now) > now) {
        DIPTYCH_TRY(ledger->end_rests());
    }
    DIPTYCH_TRY(catch_up());
    DIPTYCH_TRY(auto more, record_answers());
    DIPTYCH_TRY(auto const tried, try_parked());
    DIPTYCH_TRY(auto const taken, take_inputs());
    DIPTYCH_TRY(auto const sent, send());
    DIPTYCH_TRY(note());
    return more || tried || taken || sent;
}

// What is kept may be what is wrong.
void process_runner::parts::distrust_ledger(error const& why) {
    auto const is_damaged = ledger_file::is_damage(why);
    if (is_damaged || why.kind == errc::corrupt || why.kind == errc::failed) ledger.reset();
    if (is_damaged) (void)sqlite::remove(options.ledger);  // else opening it says why not
}

result<bool> process_runner::step() {
    auto& my = *parts_;
    std::lock_guard const at_work(my.working);
    {
        auto const now = my.time.now();
        std::lock_guard const lock(my.mutex);
        if (my.pause.is_on(now)) return false;
    }
    auto more = my.work();
    my.publish(more);
    if (!more) my.distrust_ledger(more.error());
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
    auto const& counts = parts_->counts;
    now.at.position = std::min(counts.at, end.position);
    now.lag = end.position.value - now.at.position.value;
    now.parked = counts.parked;
    now.dead = counts.dead;
    if (counts.parked > 0) {
        now.state = process_state::stuck;
        now.last_error = parts_->shown_fault;
    } else if (auto const& held = parts_->shown_hold) {
        now.state = process_state::waiting;
        now.last_error = held->why;
        now.attempts = held->attempts;
        now.retry_at = held->until;
    } else
        now.last_error = counts.last_unheard;
    if (auto const& why = parts_->pause.last_error()) {
        now.state = passes_by_itself(*why) ? process_state::waiting : process_state::stuck;
        now.last_error = why;
        now.attempts = parts_->pause.attempts();
        now.retry_at = parts_->pause.retry_at();
    }
    return now;
}

process_statistics process_runner::statistics() const {
    std::lock_guard const lock(parts_->mutex);
    return parts_->counts;
}

}  // namespace diptych::write
