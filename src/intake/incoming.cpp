#include "intake/incoming.hpp"

#include "base/planted_bug.hpp"
#include "endpoint/back_off.hpp"
#include "intake/letter_bounds.hpp"
#include "intake/mapping.hpp"

#include <diptych/try.hpp>
#include <diptych/uuid.hpp>

#include <algorithm>
#include <utility>

namespace diptych::intake {

std::string_view to_string(verdict what) {
    switch (what) {
        case verdict::done:
            return "done";
        case verdict::repeated:
            return "repeated";
        case verdict::refused:
            return "refused";
        case verdict::held:
            return "held";
        case verdict::parked:
            return "parked";
    }
    return "";
}

/// What those who have an effect done leave here, on whatever thread, and as late as they like.
struct incoming::answers_box {
    std::mutex mutex;  // guards what follows
    std::vector<std::pair<std::uint64_t, result<settled>>> all;
    std::function<void()> wake;

    void add(std::uint64_t attempt, result<settled> said) {
        std::lock_guard const lock(mutex);
        all.emplace_back(attempt, std::move(said));
        if (wake) wake();
    }
    void hint() {
        std::lock_guard const lock(mutex);
        if (wake) wake();
    }
};

void incoming::hint() { box_->hint(); }

incoming::incoming(
    declaration of,
    log::sequenced_log& log,
    clock& time,
    random_source& random,
    effects& to,
    std::unique_ptr<receiver> from,
    incoming_options options
)
    : of_(std::move(of)),
      log_(log),
      time_(time),
      random_(random),
      to_(to),
      options_(options),
      box_(std::make_shared<answers_box>()),
      from_(std::move(from)) {
    shown_.name = of_.name;
    shown_.from = of_.from;
    shown_.keeps = of_.keeps;
    published_ = shown_;
    from_->on_arrival([box = box_] { box->hint(); });
}

incoming::~incoming() { on_work({}); }

void incoming::on_work(std::function<void()> wake) {
    std::lock_guard const lock(box_->mutex);
    box_->wake = std::move(wake);
}

result<bool> incoming::step() {
    if (operators_ > 0) return true;
    std::lock_guard const lock(mutex_);
    auto const now = time_.now();
    auto did = work(now);
    if (!did) {
        note_error(did.error().message, now);
        put_off_senders(did.error());
    }
    shown_.state = did ? endpoint::channel_state::running : endpoint::channel_state::failing;
    publish(now);
    return did;
}

result<bool> incoming::work(timestamp now) {
    auto const answered = take_answers(now);
    // Before anything else is taken: what can not be recorded must not pile up.
    if (auto recorded = record_all(); !recorded) {
        (void)take_from_broker(0, now);
        return std::unexpected(std::move(recorded).error());
    }
    auto const came = receive(now);
    DIPTYCH_TRY(park());
    return answered + came + start(now) > 0;
}

result<void> incoming::record_all() {
    DIPTYCH_TRY(open());
    DIPTYCH_TRY(release());
    return park();
}

std::size_t incoming::take_answers(timestamp now) {
    std::vector<std::pair<std::uint64_t, result<settled>>> all;
    {
        std::lock_guard const lock(box_->mutex);
        all.swap(box_->all);
    }
    for (auto const& [attempt, said] : all) {
        auto const found = under_way_.find(attempt);
        if (found == under_way_.end()) continue;
        auto& of = *found->second;
        under_way_.erase(found);
        take(of, said, now);
    }
    return all.size();
}

void incoming::take(key_queue& of, result<settled> const& said, timestamp now) {
    auto& first = of.messages.front();
    auto const is_letter = first.letter.value > 0;
    if (said) {
        count(*said);
        if (said->what == verdict::refused) note_error(said->why, now);
        auto const& told = is_planted(bug::told_of_another) ? of.messages.back() : first;
        if (is_letter)
            to_release_.push_back(first.letter);
        else
            from_->settle(told.message.ticket, said);
        return waiting_.pop(of);
    }
    ++shown_.counts.failures;
    auto const& why = said.error();
    note_error(why.message, now);
    if (why.kind == errc::unavailable || why.kind == errc::outcome_unknown) {
        // Its id makes it the same message whenever it is tried.
        if (is_letter || !from_->is_waited_for())
            return waiting_.rest(of, now + pause_after(++first.pauses));
        from_->settle(first.message.ticket, said);
        return waiting_.pop(of);
    }
    first.pauses = 0;
    // What the message says will not change.
    auto const is_hopeless = why.kind == errc::invalid || why.kind == errc::not_found;
    if (++first.attempts < of_.attempts_max && !is_hopeless)
        return waiting_.rest(of, now + pause_after(first.attempts));
    if (!is_letter) ++shown_.counts.parked;
    to_park_.push_back({.one = std::move(first), .why = shortened(why.message)});
    waiting_.pop(of);
}

std::size_t incoming::receive(timestamp now) {
    if (is_full_)
        from_->turn_away(
            {errc::unavailable,
             "intake_paused",
             "the channel is paused by too many dead letters: send it again later"}
        );
    auto const used = waiting_.taken();
    if (is_full_ || used >= of_.in_flight) return take_from_broker(0, now);
    return take_from_broker(of_.in_flight - used, now);
}

// Also when nothing is wanted: a broker takes who does not listen for gone, or sends it all again.
std::size_t incoming::take_from_broker(std::size_t most, timestamp now) {
    // A clock that was set back makes no pause longer.
    if (not_before_ - now > 2 * of_.pause_max) not_before_ = now;
    if (is_stopping_ || now < not_before_) return 0;
    auto const may_wait = most > 0 && waiting_.size() == 0;
    auto taken = from_->take(most, may_wait ? options_.take_wait : std::chrono::milliseconds{0});
    if (!taken) {
        note_error(taken.error().message, now);
        not_before_ = now + pause_after(++away_);
        return 0;
    }
    away_ = 0;
    for (auto& one : *taken) accept(std::move(one), now);
    return taken->size();
}

// Who waits for an answer need not wait until this can be recorded: it comes again.
void incoming::put_off_senders(error const& why) {
    if (!from_->is_waited_for()) return;
    error const later{errc::unavailable, "intake_failing", why.message};
    from_->turn_away(later);
    std::erase_if(to_park_, [&](failed_one const& one) {
        if (one.one.letter.value > 0) return false;
        from_->settle(one.one.message.ticket, std::unexpected(later));
        return true;
    });
}

void incoming::accept(delivery message, timestamp now) {
    ++shown_.counts.received;
    known_facts facts;
    auto what = asked_by(of_, message, {.fresh = fresh_id(now)}, facts);
    if (what) {
        if (is_planted(bug::come_again_unknown)) what->channel += std::to_string(message.ticket);
        waiting_.add({.message = std::move(message), .what = *std::move(what)});
        return;
    }
    ++(what.error().code == "unmapped_message" ? shown_.counts.unmapped : shown_.counts.malformed);
    note_error(what.error().message, now);
    to_park_.push_back(
        {.one =
             {.message = std::move(message),
              .what = {.message_id = facts.message_id, .type = facts.type},
              .attempts = 1},
         .why = shortened(what.error().message)}
    );
}

std::size_t incoming::start(timestamp now) {
    std::size_t count = 0;
    if (is_stopping_) return count;
    while (auto* const next = waiting_.next(now)) {
        auto const attempt = ++attempts_;
        under_way_.emplace(attempt, next);
        if (is_planted(bug::told_before_effect))
            from_->settle(next->messages.front().message.ticket, settled{.what = verdict::done});
        to_.carry_out(next->messages.front().what, [box = box_, attempt](result<settled> said) {
            box->add(attempt, std::move(said));
        });
        ++count;
    }
    return count;
}

std::chrono::microseconds incoming::pause_after(int failures) {
    return endpoint::back_off(failures, of_.pause_max, random_);
}

std::string incoming::fresh_id(timestamp now) {
    return to_string(make_uuid_v7(
        std::chrono::floor<std::chrono::milliseconds>(now), random_.next(), random_.next()
    ));
}

void incoming::count(settled const& said) {
    auto& counts = shown_.counts;
    switch (said.what) {
        case verdict::done:
            ++counts.done;
            return;
        case verdict::repeated:
            ++counts.repeated;
            return;
        case verdict::refused:
            ++counts.refused;
            return;
        case verdict::held:
            ++counts.held;
            return;
        case verdict::parked:
            return;
    }
}

void incoming::note_error(std::string_view why, timestamp now) {
    shown_.last_error = shortened(why);
    shown_.last_error_at = now;
}

void incoming::publish(timestamp now) {
    using endpoint::channel_state;
    auto const facts = from_->facts();
    shown_.lag = facts.lag;
    shown_.breaks = facts.breaks;
    shown_.in_flight = waiting_.size();
    shown_.dead_letters = letters_.size();
    shown_.next_try = waiting_.next_rest(now);
    if (now < not_before_) shown_.next_try = not_before_;
    if (shown_.state != channel_state::failing)
        shown_.state = !is_served_                      ? channel_state::stopped
                       : is_full_                       ? channel_state::paused
                       : away_ > 0 || now < not_before_ ? channel_state::waiting
                                                        : channel_state::running;
    std::lock_guard const lock(showing_);
    published_ = shown_;
}

void incoming::stop() {
    std::lock_guard const lock(mutex_);
    is_stopping_ = true;
    if (is_open_) take_answers(time_.now());
}

incoming_status incoming::status() const {
    std::lock_guard const lock(showing_);
    return published_;
}

}  // namespace diptych::intake
