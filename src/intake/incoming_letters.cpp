// The dead letters of an incoming channel, and what a person may do with it.
#include "base/planted_bug.hpp"
#include "intake/incoming.hpp"
#include "intake/letter_bounds.hpp"
#include "intake/mapping.hpp"

#include <diptych/event.hpp>
#include <diptych/try.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <ranges>
#include <utility>

namespace diptych::intake {

/// Holds the channel; the step makes room.
class incoming::operating {
public:
    explicit operating(incoming& of) : of_(of) {
        ++of_.operators_;
        lock_ = std::unique_lock(of_.mutex_);
        --of_.operators_;
    }
    ~operating() {
        of_.publish(of_.time_.now());
        of_.hint();
    }
    operating(operating const&) = delete;
    operating& operator=(operating const&) = delete;

private:
    incoming& of_;
    std::unique_lock<std::mutex> lock_;
};

namespace {

constexpr std::size_t letters_page_max = 1'000;
constexpr std::size_t append_bytes_wanted = 1u << 20;

std::unexpected<error> no_such_letter(std::string_view channel, version number) {
    return fail(
        errc::not_found,
        "no_such_dead_letter",
        fmt::format("channel {} has no dead letter {}", channel, number.value)
    );
}

}  // namespace

result<void> incoming::open() {
    if (is_open_) return {};
    // What was on its way shows when the log is open again, and not before.
    if (is_uncertain_)
        if (auto const open = log_.writable(); !open && open.error().code == "log_failed")
            return open;
    letters all;
    for (version at{}; !is_planted(bug::letters_forgotten);) {
        DIPTYCH_TRY(
            auto const page,
            log_.read_stream(
                of_.letters_stream(),
                {.from = at + 1, .limit = letters_page_max, .engine_events = true}
            )
        );
        for (auto const& event : page) {
            DIPTYCH_TRY(fold_letter(all, event));
            at = event.version;
        }
        if (page.at_end() || page.empty()) break;
    }
    // What is tried again goes on, also if the log had to be read once more.
    for (auto& [number, one] : all)
        if (auto const known = letters_.find(number); known != letters_.end())
            one = std::move(known->second);
    letters_ = std::move(all);
    is_uncertain_ = false;
    is_open_ = true;
    return {};
}

result<appended> incoming::append(append_request request) {
    auto done = log_.append(std::move(request));
    if (done) return done;
    auto const kind = done.error().kind;
    // It may have been written: only the log knows which letters there are.
    if (kind != errc::outcome_unknown && kind != errc::failed) return done;
    is_uncertain_ = true;
    is_open_ = false;
    return done;
}

result<void> incoming::park() {
    is_full_ = letters_.size() + to_park_.size() > options_.letters_max;
    if (is_full_) note_error("there are too many dead letters: retry or drop some", time_.now());
    std::vector<kept_letter> made;
    std::size_t bytes = 0;
    for (auto const& [one, why] : to_park_) {
        if (one.letter.value > 0) continue;
        kept_letter now{
            .what =
                {.message_id = one.what.message_id,
                 .type = one.what.type,
                 .attempts = one.attempts,
                 .why = why,
                 .since = time_.now()},
            .message = one.message
        };
        bound(now.what, now.message, options_.body_max);
        // It may have been recorded before the broker could be told.
        auto const is_same = [&](letter const& known) {
            return known.message_id == now.what.message_id && known.type == now.what.type &&
                   known.body_hash == now.what.body_hash;
        };
        if (std::ranges::any_of(std::views::values(letters_), is_same) ||
            std::ranges::any_of(made, is_same, &kept_letter::what))
            continue;
        bytes += now.message.body.size();
        made.push_back(std::move(now));
        if (bytes > append_bytes_wanted) {
            DIPTYCH_TRY(record(std::exchange(made, {})));
            bytes = 0;
        }
    }
    if (is_planted(bug::told_before_letter))
        for (auto const& [one, why] : to_park_)
            from_->settle(one.message.ticket, settled{.what = verdict::parked});
    DIPTYCH_TRY(record(std::move(made)));
    for (auto const& [one, why] : std::exchange(to_park_, {})) {
        if (one.letter.value == 0) {
            from_->settle(one.message.ticket, settled{.what = verdict::parked, .why = why});
        } else if (auto const known = letters_.find(one.letter); known != letters_.end()) {
            known->second.why = why;
            known->second.attempts += one.attempts;
            known->second.goes_on = false;
        }
    }
    return {};
}

result<void> incoming::record(std::vector<kept_letter> all) {
    if (all.empty()) return {};
    append_request request;
    for (auto const& [what, message] : all)
        request.events.push_back(letter_parked_record(of_, what, message));
    auto done = append(std::move(request));
    if (!done && done.error().kind == errc::invalid) return record_each(std::move(all));
    if (!done) return std::unexpected(std::move(done).error());
    auto at = done->versions.at(of_.letters_stream()) - all.size();
    for (auto& one : all) letters_.emplace(++at, std::move(one.what));
    return {};
}

// One that the log does not take must not keep the others out, nor itself.
result<void> incoming::record_each(std::vector<kept_letter> all) {
    for (auto& one : all) {
        auto& [what, message] = one;
        auto done = append({.events = {letter_parked_record(of_, what, message)}});
        if (!done && done.error().kind == errc::invalid) {
            reduce(what, message);
            done = append({.events = {letter_parked_record(of_, what, message)}});
        }
        if (!done) return std::unexpected(std::move(done).error());
        letters_.emplace(done->versions.at(of_.letters_stream()), std::move(what));
    }
    return {};
}

result<void> incoming::release() {
    // That may be on record already.
    std::erase_if(to_release_, [&](version number) { return !letters_.contains(number); });
    if (to_release_.empty()) return {};
    append_request request;
    for (auto const number : to_release_)
        request.events.push_back(letter_released_record(of_, number));
    DIPTYCH_TRY(append(std::move(request)));
    for (auto const number : std::exchange(to_release_, {})) letters_.erase(number);
    is_full_ = letters_.size() > options_.letters_max;
    return {};
}

result<void> incoming::look() {
    is_served_ = false;
    std::lock_guard const lock(mutex_);
    DIPTYCH_TRY(open());
    publish(time_.now());
    return {};
}

result<letter_page> incoming::dead_letters(version after, std::size_t limit) {
    operating const now(*this);
    DIPTYCH_TRY(open());
    letter_page made;
    std::size_t bytes = 0;
    for (auto at = letters_.upper_bound(after); at != letters_.end(); ++at) {
        if (made.all.size() == limit || bytes > options_.page_bytes_max) {
            made.at_end = false;
            break;
        }
        DIPTYCH_TRY(
            auto const page,
            log_.read_stream(
                of_.letters_stream(), {.from = at->first, .limit = 1, .engine_events = true}
            )
        );
        if (page.empty()) return no_such_letter(of_.name, at->first);
        bytes += page[0].data.size();
        DIPTYCH_TRY(auto message, read_parked(page[0]));
        made.all.push_back({.number = at->first, .what = at->second, .message = std::move(message)}
        );
    }
    return made;
}

result<void> incoming::expect_served() const {
    if (is_served_) return {};
    return fail(
        errc::unavailable,
        "intake_not_served",
        fmt::format("nobody serves channel {} here: ask the server of this folder", of_.name)
    );
}

void incoming::resume() {
    operating const now(*this);
    not_before_ = time_.now();
    waiting_.end_rests();
}

result<void> incoming::retry(version number) {
    operating const now(*this);
    DIPTYCH_TRY(expect_served());
    DIPTYCH_TRY(open());
    DIPTYCH_TRY(try_again(number));
    return {};
}

// How many bytes of it are in memory for that.
result<std::size_t> incoming::try_again(version number) {
    auto const found = letters_.find(number);
    if (found == letters_.end()) return no_such_letter(of_.name, number);
    if (found->second.goes_on) return 0;
    if (found->second.is_cut)
        return fail(
            errc::invalid,
            "letter_cut",
            fmt::format("of dead letter {} not all was kept: it can only be dropped", number.value)
        );
    DIPTYCH_TRY(
        auto const page,
        log_.read_stream(of_.letters_stream(), {.from = number, .limit = 1, .engine_events = true})
    );
    if (page.empty()) return no_such_letter(of_.name, number);
    DIPTYCH_TRY(auto message, read_parked(page[0]));
    // The id that it came with, also if it had none of its own, or the file says another one now.
    // None that is longer than the log takes ever had an effect.
    given_ids ids{.fresh = found->second.message_id};
    if (ids.fresh.size() <= name_size_max) ids.known = ids.fresh;
    known_facts facts;
    auto what = asked_by(of_, message, ids, facts);
    if (!what) {
        found->second.why = shortened(what.error().message);
        return std::unexpected(what.error());
    }
    found->second.goes_on = true;
    waiting_.add({.message = std::move(message), .what = *std::move(what), .letter = number});
    return page[0].data.size();
}

result<std::size_t> incoming::retry_all() {
    operating const now(*this);
    DIPTYCH_TRY(expect_served());
    DIPTYCH_TRY(open());
    std::size_t count = 0;
    std::size_t bytes = 0;
    for (auto const& [number, one] : letters_) {
        if (one.goes_on) continue;
        if (count == options_.retried_max || bytes > options_.page_bytes_max) break;
        auto const begun = try_again(number);
        if (!begun && begun.error().kind != errc::invalid) return std::unexpected(begun.error());
        if (!begun) continue;
        ++count;
        bytes += *begun;
    }
    return count;
}

result<void> incoming::drop(version number) {
    operating const now(*this);
    DIPTYCH_TRY(open());
    auto const found = letters_.find(number);
    if (found == letters_.end()) return no_such_letter(of_.name, number);
    if (found->second.goes_on)
        return fail(
            errc::invalid,
            "letter_goes_on",
            fmt::format(
                "dead letter {} is being tried again: there is nothing to drop", number.value
            )
        );
    DIPTYCH_TRY(append({.events = {letter_dropped_record(of_, number)}}));
    letters_.erase(found);
    is_full_ = letters_.size() > options_.letters_max;
    return {};
}

}  // namespace diptych::intake
