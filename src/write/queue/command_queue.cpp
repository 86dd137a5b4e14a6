#include "base/growing_rest.hpp"
#include "base/planted_bug.hpp"
#include "log/hash.hpp"
#include "sqlite/file_trust.hpp"
#include "write/queue/command_queue_parts.hpp"
#include "write/record_stream.hpp"
#include "write/record_types.hpp"
#include "write/user_code.hpp"

#include <diptych/json_value.hpp>
#include <diptych/try.hpp>

#include <algorithm>
#include <utility>

namespace diptych::write {

namespace {

constexpr std::size_t queue_append_bytes = 1u << 20;  // of one round's records, about

}  // namespace

command_queue::command_queue(
    log::sequenced_log& log,
    executor& commands,
    clock& time,
    random_source& random,
    queue_options options
)
    : parts_(new parts{
          .log = log,
          .commands = commands,
          .time = time,
          .random = random,
          .options = std::move(options)
      }) {}

command_queue::~command_queue() = default;

void command_queue::on_answer(std::function<void()> call) {
    parts_->box->on_answer(std::move(call));
}

// Being executed, or its answer not yet on record, or leased.
bool command_queue::parts::is_taken(std::string const& id) const {
    auto const is_it = [&](answered_command const& one) { return one.what.id == id; };
    return under_way.contains(id) || std::ranges::any_of(answered, is_it) || leases.contains(id);
}

// Who never queues anything has no file for it.
result<bool> command_queue::parts::is_used() {
    if (has_records) return true;
    DIPTYCH_TRY(
        auto const page,
        log.read(
            {.what = records_of(queue_category, {std::string(queued_type)}),
             .after = looked_to,
             .limit = 1}
        )
    );
    looked_to = page.seen().position;
    return has_records = !page.empty();
}

// Whether it is used.
result<bool> command_queue::parts::catch_up_if_used() {
    DIPTYCH_TRY(auto const used, is_used());
    if (!used) return false;
    DIPTYCH_TRY(catch_up());
    return true;
}

result<void> command_queue::parts::open() {
    if (ledger && ledger->is_lost()) let_go();
    if (ledger) return {};
    DIPTYCH_TRY(auto opened, queue_ledger::open(options.ledger, log, [this](std::string_view name) {
                    return !options.outside.contains(name) && commands.find(name).has_value();
                }));
    std::lock_guard const lock(mutex);
    ledger = std::move(opened);
    return {};
}

void command_queue::parts::let_go() {
    std::lock_guard const lock(mutex);
    ledger.reset();
    caught_up_at.reset();
}

// What is kept may be what is wrong.
void command_queue::parts::mistrust(error const& why) {
    auto const is_damaged = ledger_file::is_damage(why);
    if (is_damaged || why.kind == errc::corrupt || why.kind == errc::failed) let_go();
    if (is_damaged) (void)sqlite::remove(options.ledger);
}

result<void> command_queue::parts::catch_up() {
    DIPTYCH_TRY(open());
    auto const now = time.now();
    if (std::exchange(last_step, now) > now) {
        DIPTYCH_TRY(ledger->end_rests());
    }
    DIPTYCH_TRY(ledger->catch_up(log));
    {
        std::lock_guard const lock(mutex);
        caught_up_at = now;
    }
    std::erase_if(leases, [&](auto const& one) { return one.second.until <= now; });
    return {};
}

result<void> command_queue::parts::note_failure(queued_command what, error why) {
    auto const is_outage = passes_by_itself(why);
    auto const failures = is_outage ? ++outages[what.id] : ++what.attempts;
    what.why = std::move(why);
    trouble = what.why;
    if (!is_outage && what.attempts >= options.attempts_max) {
        auto const said = log.append(
            {.events = {queue_parked_record(what)},
             .unless = unless_recorded{.what = records_about(what), .after = ledger->at()}}
        );
        if (!said && said.error().kind != errc::conflict) return std::unexpected(said.error());
        DIPTYCH_TRY(ledger->catch_up(log));
        return {};
    }
    auto const rest = growing_rest(options.rest_first, options.rest_longest, failures);
    return ledger->hold(what.id, time.now() + rest, what.attempts, what.why);
}

query command_queue::parts::records_about(queued_command const& what) const {
    return {
        .items =
            {{.types =
                  {std::string(accepted_type),
                   std::string(refused_type),
                   std::string(failed_type),
                   std::string(dropped_type)},
              .tags = {record_stream(queue_category, lane_of(what))}}}
    };
}

// What failed for now, or by a defect, is tried again later; the rest is to be recorded.
result<void> command_queue::parts::collect() {
    auto come = box->take();
    for (auto const& one : come) under_way.erase(one.what.id);  // what fails below is sent again
    for (auto& one : come) {
        if (one.said ||
            (one.said.error().kind != errc::failed && !passes_by_itself(one.said.error()))) {
            window.note_answer();
            outages.erase(one.what.id);
            answered.push_back(std::move(one));
            continue;
        }
        if (passes_by_itself(one.said.error())) window.note_unavailable();
        DIPTYCH_TRY(note_failure(std::move(one.what), one.said.error()));
    }
    return {};
}

result<bool> command_queue::parts::record() {
    if (answered.empty()) return false;
    std::vector<event_data> records;
    std::size_t bytes = 0;
    std::size_t taken = 0;
    for (auto const& one : answered) {
        if (bytes > queue_append_bytes) break;
        ++taken;
        DIPTYCH_TRY(auto const waits, ledger->find(one.what.id));
        if (!waits) continue;
        records.push_back(queue_answer_record(one.what, one.said));
        bytes += records.back().data.size();
    }
    if (!records.empty()) {
        auto const count = records.size();
        auto const said = log.append(
            {.events = std::move(records),
             .unless =
                 unless_recorded{
                     .what = records_of(
                         queue_category,
                         {std::string(accepted_type),
                          std::string(refused_type),
                          std::string(failed_type),
                          std::string(dropped_type)}
                     ),
                     .after = ledger->at()
                 }}
        );
        DIPTYCH_TRY(ledger->catch_up(log));
        if (!said && said.error().kind == errc::conflict) return true;  // looked at again
        if (!said) return std::unexpected(said.error());
        std::lock_guard const lock(mutex);
        shown.ended += count;
    }
    answered.erase(answered.begin(), answered.begin() + static_cast<std::ptrdiff_t>(taken));
    return true;
}

result<bool> command_queue::parts::send() {
    if (under_way.size() >= window.size()) return false;
    auto const room = window.size() - under_way.size();
    auto const taken = [this](std::string const& id) { return is_taken(id); };
    DIPTYCH_TRY(auto const commands_ready, ledger->ready(time.now(), room, taken));
    auto const sent = commands_ready.size();
    for (auto const& one : commands_ready) {
        under_way.insert(one.id);
        auto how = one.options();
        if (is_planted(bug::queue_sends_anew))
            how.command_id += "/" + std::to_string(random.next());
        commands.execute_async(
            one.name,
            one.body,
            how,
            [to = box, one](result<outcome> said) {
                to->put({.what = one, .said = std::move(said)});
            },
            record_keeper::sender
        );
    }
    if (sent == 0) return false;
    {
        std::lock_guard const lock(mutex);
        shown.sent += sent;
    }
    (void)log.commit_step();
    return box->has_any();
}

result<void> command_queue::parts::work(bool& more) {
    DIPTYCH_TRY(auto const used, is_used());
    if (!used) return {};
    DIPTYCH_TRY(catch_up());
    DIPTYCH_TRY(collect());
    DIPTYCH_TRY(auto const late, ledger->expired_elsewhere(time.now(), 64));
    for (auto const& one : late)
        if (!is_taken(one.id))
            answered.push_back(
                {one,
                 fail(errc::invalid, "expired", one.name + " was not worked on before it expired")}
            );
    DIPTYCH_TRY(auto const recorded, record());
    DIPTYCH_TRY(auto const sent, send());
    more = recorded || sent;
    auto const now = time.now();
    if (now >= next_forget) {
        DIPTYCH_TRY(auto const left, ledger->forget(now - options.ended_kept));
        if (!left) next_forget = now + std::chrono::minutes{1};
    }
    return {};
}

result<std::vector<std::string>> command_queue::parts::unhandled_in_turn() {
    DIPTYCH_TRY(auto all, ledger->names_in_turn());
    std::erase_if(all, [this](std::string const& name) { return is_known(name); });
    return all;
}

void command_queue::parts::publish(result<void> const& how_it_went) {
    auto const next = ledger ? ledger->next_ready() : result<std::optional<timestamp>>{};
    auto unhandled = ledger ? unhandled_in_turn() : result<std::vector<std::string>>{};
    std::lock_guard const lock(mutex);
    if (how_it_went)
        pause.note_success();
    else
        pause.note_failure({}, how_it_went.error(), time.now());
    shown.step_error = pause.last_error();
    shown.window = window.size();
    shown.leased = leases.size();
    if (!ledger) return;
    shown.waiting = ledger->size();
    if (unhandled) shown.unhandled = *std::move(unhandled);
    if (auto const dead = ledger->dead(); std::exchange(shown.dead, dead) != dead)
        shown.dead_error = ledger->newest_death();
    if (shown.waiting == 0) trouble.reset();
    shown.last_error = how_it_went ? trouble : std::optional(how_it_went.error());
    due = next ? *next : std::nullopt;
}

result<bool> command_queue::step() {
    auto& my = *parts_;
    std::lock_guard const at_work(my.working);
    {
        auto const now = my.time.now();
        std::lock_guard const lock(my.mutex);
        if (my.pause.is_on(now)) return false;
    }
    auto more = false;
    auto const done = my.work(more);
    my.publish(done);
    if (done) return more;
    my.mistrust(done.error());
    return std::unexpected(done.error());
}

std::optional<timestamp> command_queue::next_due() const {
    std::lock_guard const lock(parts_->mutex);
    auto const again = parts_->pause.retry_at();
    return again ? again : parts_->due;
}

queue_counts command_queue::counts() const {
    std::lock_guard const lock(parts_->mutex);
    return parts_->shown;
}

}  // namespace diptych::write
