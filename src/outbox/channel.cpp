#include "outbox/channel.hpp"

#include "base/planted_bug.hpp"
#include "endpoint/back_off.hpp"

#include <diptych/assert.hpp>
#include <diptych/try.hpp>

#include <algorithm>
#include <utility>

namespace diptych::outbox {

namespace {

constexpr int rounds_at_stop = 100;  // each waits no longer than the transport does
constexpr int put_off_most = 5;      // times in a row; then it is the receiver, not a message
constexpr std::chrono::microseconds after_most = std::chrono::hours{1};

}  // namespace

channel::channel(
    declaration of,
    log::sequenced_log& log,
    clock& time,
    random_source& random,
    std::unique_ptr<transport> by,
    channel_options options
)
    : of_(std::move(of)),
      log_(log),
      time_(time),
      random_(random),
      options_(options),
      by_(std::move(by)) {
    shown_.name = of_.name;
    shown_.to = of_.to;
    shown_.keeps = of_.keeps;
    published_ = shown_;
}

result<bool> channel::step() {
    if (operators_ > 0) return true;
    std::lock_guard const lock(mutex_);
    auto const now = time_.now();
    auto did = work(now);
    if (!did) note_error(did.error().message, now);
    shown_.state = did ? endpoint::channel_state::running : endpoint::channel_state::failing;
    publish(now);
    return did;
}

result<bool> channel::work(timestamp now) {
    DIPTYCH_TRY(open());
    DIPTYCH_TRY(begin_now());
    auto const any = take_answers(now);
    DIPTYCH_TRY(park());
    DIPTYCH_TRY(record(now, false));
    DIPTYCH_TRY(read_on());
    DIPTYCH_TRY(read_letters());
    send(now);
    return any || !under_way_.empty();
}

void channel::send(timestamp now) {
    // A clock that was set back makes no pause longer.
    if (not_before_ - now > std::max(after_most, 2 * of_.pause_max)) not_before_ = now;
    if (paused_ || is_stopping_ || now < not_before_) return;
    // Whether somebody is there again, one message finds out.
    auto const most = away_ > 0 ? std::size_t{1} : of_.in_flight;
    while (under_way_.size() < most) {
        auto* const next = lanes_.next(now);
        if (next == nullptr) return;
        under_way_.emplace(++tickets_, next);
        by_->send(tickets_, next->queue.front());
        if (is_planted(bug::checkpoint_when_sent)) progress_.settle(next->queue.front().position);
    }
}

bool channel::take_answers(timestamp now) {
    if (under_way_.empty()) return false;
    auto const all = by_->answers();
    for (auto const& said : all) {
        auto const found = under_way_.find(said.ticket);
        if (found == under_way_.end()) continue;
        auto& of = *found->second;
        under_way_.erase(found);
        take(said, of, now);
    }
    return !all.empty();
}

void channel::take(told const& said, lane& of, timestamp now) {
    if (said.what != fate::away) away_ = 0;
    if (said.what == fate::refused) return take_refusal(said, of, now);
    if (said.what == fate::delivered) {
        put_off_ = 0;
        auto const& what = of.queue.front();
        ++shown_.delivered;
        ++unrecorded_;
        if (of.is_letter) {
            letters_.find(of.stream)->second.move_to(what.version + 1);
            moved_.push_back(of.stream);
        } else {
            progress_.settle(what.position);
        }
        if (!of_.once || is_planted(bug::once_not_waited_for)) return lanes_.pop(of);
        lanes_.hold(of);
        to_record_.push_back(&of);
        return;
    }
    ++shown_.failures;
    note_error(said.why, now);
    if (said.what == fate::later) {
        ++put_off_;
        auto const asked = std::min(said.after.value_or(std::chrono::microseconds{0}), after_most);
        if (said.after) not_before_ = std::max(not_before_, now + asked);
        lanes_.rest(of, now + std::max(asked, pause_after(++of.failures)));
        return;
    }
    // Those that were under way together find out together: that is one time.
    if (now >= not_before_) not_before_ = now + pause_after(++away_);
    lanes_.again(of);
}

void channel::take_refusal(told const& said, lane& of, timestamp now) {
    ++shown_.refused;
    note_error(said.why, now);
    if (++of.refusals < of_.attempts_max) return lanes_.rest(of, now + pause_after(of.refusals));
    if (of_.on_refused == refusal_rule::park) {
        lanes_.hold(of);
        to_park_.push_back({.of = &of, .why = said.why});
        return;
    }
    if (!paused_) paused_ = of.stream;
    of.refusals = 0;
    lanes_.rest(of, now);
}

std::chrono::microseconds channel::pause_after(int failures) {
    return endpoint::back_off(failures, of_.pause_max, random_);
}

void channel::note_error(std::string_view why, timestamp now) {
    shown_.last_error = why;
    shown_.last_error_at = now;
}

result<void> channel::stop() {
    std::lock_guard const lock(mutex_);
    is_stopping_ = true;
    if (!is_open_) return {};
    auto const now = time_.now();
    for (int i = 0; i < rounds_at_stop && !under_way_.empty(); ++i) {
        take_answers(now);
        DIPTYCH_TRY(park());
    }
    if (unrecorded_ == 0 && moved_.empty() && progress_.up_to() == recorded_) return {};
    return record(now, true);
}

void channel::publish(timestamp now) {
    shown_.up_to = progress_.up_to();
    shown_.lag = progress_.open_count();
    shown_.oldest = progress_.oldest();
    shown_.in_flight = under_way_.size();
    shown_.dead_letters = letters_.size();
    show_pause();
    shown_.next_try = lanes_.next_rest();
    if (now < not_before_) shown_.next_try = not_before_;
    if (paused_) shown_.next_try.reset();
    if (shown_.state != endpoint::channel_state::failing) {
        // What rests is all that there may be in memory: nothing behind it is read.
        auto const stands = progress_.window() + options_.page_max > options_.window_max &&
                            under_way_.empty() && lanes_.next_rest();
        // Of one that is done with, somebody may have let it go.
        auto const is_put_off = put_off_ >= put_off_most && progress_.open_count() > 0;
        auto const waits = away_ > 0 || now < not_before_ || stands || is_put_off;
        shown_.state = !is_served_ ? endpoint::channel_state::stopped
                       : paused_   ? endpoint::channel_state::paused
                       : waits     ? endpoint::channel_state::waiting
                                   : endpoint::channel_state::running;
    }
    std::lock_guard const lock(showing_);
    published_ = shown_;
    looked_at_ = progress_.looked_at();
}

void channel::show_pause() {
    shown_.paused_stream = paused_.value_or("");
    shown_.paused.reset();
    auto const* const at = paused_ ? lanes_.find(*paused_) : nullptr;
    if (at == nullptr) return;
    auto const& what = at->queue.front();
    shown_.paused = {
        .position = what.position, .version = what.version, .type = what.type, .event_id = what.id
    };
}

result<void> channel::look() {
    is_served_ = false;
    std::lock_guard const lock(mutex_);
    DIPTYCH_TRY(open());
    publish(time_.now());
    return {};
}

channel_status channel::status() const {
    auto const end = log_.end().position;
    std::lock_guard const lock(showing_);
    auto now = published_;
    if (end > looked_at_) now.lag += end.value - looked_at_.value;
    return now;
}

}  // namespace diptych::outbox
