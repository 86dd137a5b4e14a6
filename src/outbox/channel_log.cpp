// What a channel reads from the log, and records in it.
#include "base/planted_bug.hpp"
#include "outbox/channel.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace diptych::outbox {

namespace {

constexpr std::size_t letters_page = 100;

}  // namespace

result<void> channel::open() {
    if (is_open_) return {};
    DIPTYCH_TRY(
        auto const newest,
        log_.read_stream(
            of_.checkpoint_stream(),
            {.from = version{0}, .limit = 1, .direction = direction::backward, .engine_events = true
            }
        )
    );
    if (!newest.empty()) {
        DIPTYCH_TRY(progress_, read_delivered(newest[0]));
    } else if (of_.start == beginning::now) {
        progress_ = progress(log_.end().position, {});
        begins_now_ = true;
    }
    for (version at{};;) {
        DIPTYCH_TRY(
            auto const page,
            log_.read_stream(
                of_.letters_stream(), {.from = at + 1, .limit = 1'000, .engine_events = true}
            )
        );
        for (auto const& event : page) {
            DIPTYCH_TRY(fold_letter(letters_, event));
            at = event.version;
        }
        if (page.at_end() || page.empty()) break;
    }
    recorded_ = progress_.up_to();
    is_open_ = true;
    return {};
}

// Before anything else: or what is delivered would depend on when it crashes first.
result<void> channel::begin_now() {
    if (!begins_now_) return {};
    DIPTYCH_TRY(log_.append({.events = {delivered_record(of_, progress_)}}));
    begins_now_ = false;
    return {};
}

result<void> channel::read_on() {
    auto const used = progress_.window();
    if (used >= options_.window_max || lanes_.bytes() >= options_.bytes_max) return {};
    // A page costs nearly the same whether it has one event or all it may have.
    if (options_.window_max - used < options_.page_max && lanes_.waiting() > 0) return {};
    DIPTYCH_TRY(
        auto const page,
        log_.read(
            {.what = of_.what.narrowed(),
             .after = progress_.looked_at(),
             .limit = std::min(options_.page_max, options_.window_max - used)}
        )
    );
    for (auto const& event : page) {
        if (progress_.is_settled(event.position) || !of_.what.takes(event)) continue;
        progress_.take(event.position, event.recorded_at);
        if (letters_.contains(event.stream) && !is_planted(bug::letter_passed))
            progress_.settle(event.position);  // parked behind another one
        else
            lanes_.add(message_of(event));
    }
    progress_.look(page.seen().position);
    return {};
}

result<void> channel::read_letters() {
    for (auto at = letters_.begin(); at != letters_.end();) {
        auto& one = at->second;
        ++at;
        if (!one.goes_on || lanes_.find(one.stream) != nullptr) continue;
        if (lanes_.waiting() > options_.window_max + letters_page ||
            lanes_.bytes() >= options_.bytes_max)
            return {};
        DIPTYCH_TRY(auto const is_all, read_letter(one));
        // What is parked further on, as an earlier life had it, is not looked at a second time.
        if (!is_all || progress_.is_behind()) continue;
        DIPTYCH_TRY(log_.append(
            {.events = {delivered_record(of_, progress_), released_record(of_, one.stream)}}
        ));
        letters_read_.erase(one.stream);
        letters_.erase(one.stream);
    }
    return {};
}

// Whether all of it has been delivered.
result<bool> channel::read_letter(letter& of) {
    auto& read = letters_read_.try_emplace(of.stream, of.version - 1).first->second;
    while (true) {
        DIPTYCH_TRY(
            auto const page,
            log_.read_stream(
                of.stream, {.from = read + 1, .up_to = progress_.looked_at(), .limit = letters_page}
            )
        );
        bool any = false;
        for (auto const& event : page) {
            read = event.version;
            if (!of_.what.takes(event)) continue;
            lanes_.add(message_of(event), true);
            any = true;
            if (lanes_.bytes() >= options_.bytes_max) break;
        }
        if (any) return false;
        if (page.at_end() || page.empty()) return true;
    }
}

result<void> channel::park() {
    if (to_park_.empty()) return {};
    auto const is_new = [this](refused_one const& one) {
        return !letters_.contains(one.of->stream);
    };
    while (letters_.size() + static_cast<std::size_t>(std::ranges::count_if(to_park_, is_new)) >
           options_.letters_max) {
        // One that is retried has its room.
        auto const found = std::ranges::find_if(to_park_.rbegin(), to_park_.rend(), is_new);
        if (found == to_park_.rend()) break;
        auto& of = *found->of;
        to_park_.erase(std::next(found).base());
        if (!paused_) paused_ = of.stream;
        of.refusals = 0;
        lanes_.rest(of, time_.now());
        note_error("there are too many dead letters: retry or drop some", time_.now());
        if (to_park_.empty()) return {};
    }
    append_request request;
    auto after = progress_;
    std::vector<letter> parked;
    for (auto const& one : to_park_) {
        auto const& what = one.of->queue.front();
        if (!one.of->is_letter)
            for (auto const& behind : one.of->queue) after.settle(behind.position);
        parked.push_back(
            {.stream = what.stream,
             .version = what.version,
             .position = what.position,
             .event_id = what.id,
             .type = what.type,
             .attempts = one.of->refusals,
             .why = one.why,
             .since = time_.now()}
        );
        request.events.push_back(parked_record(of_, parked.back()));
    }
    if (is_planted(bug::letter_behind_checkpoint)) {
        DIPTYCH_TRY(log_.append({.events = {delivered_record(of_, after)}}));
    }
    request.events.push_back(delivered_record(of_, after));
    DIPTYCH_TRY(log_.append(std::move(request)));
    progress_ = std::move(after);
    for (auto const& one : std::exchange(to_park_, {})) lanes_.remove(*one.of);
    for (auto& one : parked) {
        letters_read_.erase(one.stream);
        auto stream = one.stream;
        letters_.insert_or_assign(std::move(stream), std::move(one));
    }
    return {};
}

bool channel::is_time_to_record(timestamp now) const {
    if (!to_record_.empty()) return true;
    if (progress_.up_to().value - recorded_.value >= options_.record_after) return true;
    auto const any = unrecorded_ > 0 || !moved_.empty();
    auto const since = now - recorded_at_;
    return any && (since >= options_.record_every || now < recorded_at_);
}

result<void> channel::record(timestamp now, bool at_once) {
    if (!at_once && !is_time_to_record(now)) return {};
    append_request request;
    request.events.push_back(delivered_record(of_, progress_));
    std::ranges::sort(moved_);
    auto const [first, last] = std::ranges::unique(moved_);
    moved_.erase(first, last);
    for (auto const& stream : moved_)
        if (auto const found = letters_.find(stream);
            found != letters_.end() && found->second.goes_on)
            request.events.push_back(resumed_record(of_, found->second));
    DIPTYCH_TRY(log_.append(std::move(request)));
    ++shown_.records;
    recorded_ = progress_.up_to();
    recorded_at_ = now;
    unrecorded_ = 0;
    moved_.clear();
    for (auto* const one : std::exchange(to_record_, {})) lanes_.pop(*one);
    return {};
}

}  // namespace diptych::outbox
