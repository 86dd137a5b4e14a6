// The dead letters of an incoming channel, and what a person may do with it.
#include "intake/incoming.hpp"
#include "intake/mapping.hpp"

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
    letters_.clear();
    for (version at{};;) {
        DIPTYCH_TRY(
            auto const page,
            log_.read_stream(
                of_.letters_stream(),
                {.from = at + 1, .limit = letters_page_max, .engine_events = true}
            )
        );
        for (auto const& event : page) {
            DIPTYCH_TRY(fold_letter(letters_, event));
            at = event.version;
        }
        if (page.at_end() || page.empty()) break;
    }
    is_open_ = true;
    return {};
}

result<void> incoming::park() {
    is_full_ = letters_.size() + to_park_.size() > options_.letters_max;
    if (is_full_) note_error("there are too many dead letters: retry or drop some", time_.now());
    append_request request;
    std::vector<letter> made;
    std::size_t bytes = 0;
    auto const record = [&]() -> result<void> {
        if (made.empty()) return {};
        DIPTYCH_TRY(auto const done, log_.append(std::exchange(request, {})));
        auto at = done.versions.at(of_.letters_stream()) - made.size();
        for (auto& one : std::exchange(made, {})) letters_.emplace(++at, std::move(one));
        bytes = 0;
        return {};
    };
    for (auto const& [one, why] : to_park_) {
        if (one.letter.value > 0) continue;
        letter what{
            .message_id = one.what.message_id,
            .type = one.what.type,
            .attempts = one.attempts,
            .why = why,
            .since = time_.now()
        };
        auto kept = one.message;
        if (kept.body.size() > options_.body_max) {
            what.why += fmt::format(
                "; of its {} bytes the first {} are kept", kept.body.size(), options_.body_max
            );
            kept.body.resize(options_.body_max);
        }
        what.body_hash = hash_of_body(kept.body);
        // It may have been recorded before the broker could be told.
        auto const is_same = [&](letter const& known) {
            return known.message_id == what.message_id && known.type == what.type &&
                   known.body_hash == what.body_hash;
        };
        if (std::ranges::any_of(std::views::values(letters_), is_same) ||
            std::ranges::any_of(made, is_same))
            continue;
        request.events.push_back(letter_parked_record(of_, what, kept));
        bytes += request.events.back().data.size();
        made.push_back(std::move(what));
        if (bytes > append_bytes_wanted) {
            DIPTYCH_TRY(record());
        }
    }
    DIPTYCH_TRY(record());
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

result<void> incoming::release() {
    if (to_release_.empty()) return {};
    append_request request;
    for (auto const number : to_release_)
        request.events.push_back(letter_released_record(of_, number));
    DIPTYCH_TRY(log_.append(std::move(request)));
    for (auto const number : std::exchange(to_release_, {})) letters_.erase(number);
    is_full_ = letters_.size() > options_.letters_max;
    return {};
}

result<void> incoming::look() {
    std::lock_guard const lock(mutex_);
    DIPTYCH_TRY(open());
    publish(time_.now());
    return {};
}

result<std::vector<letter_view>> incoming::dead_letters(version after, std::size_t limit) {
    operating const now(*this);
    DIPTYCH_TRY(open());
    std::vector<letter_view> all;
    for (auto at = letters_.upper_bound(after); at != letters_.end() && all.size() < limit; ++at) {
        DIPTYCH_TRY(
            auto const page,
            log_.read_stream(
                of_.letters_stream(), {.from = at->first, .limit = 1, .engine_events = true}
            )
        );
        if (page.empty()) return no_such_letter(of_.name, at->first);
        DIPTYCH_TRY(auto message, read_parked(page[0]));
        all.push_back({.number = at->first, .what = at->second, .message = std::move(message)});
    }
    return all;
}

void incoming::resume() {
    operating const now(*this);
    not_before_ = time_.now();
    waiting_.end_rests();
}

result<void> incoming::retry(version number) {
    operating const now(*this);
    DIPTYCH_TRY(open());
    return try_again(number);
}

result<void> incoming::try_again(version number) {
    auto const found = letters_.find(number);
    if (found == letters_.end()) return no_such_letter(of_.name, number);
    if (found->second.goes_on) return {};
    DIPTYCH_TRY(
        auto const page,
        log_.read_stream(of_.letters_stream(), {.from = number, .limit = 1, .engine_events = true})
    );
    if (page.empty()) return no_such_letter(of_.name, number);
    DIPTYCH_TRY(auto message, read_parked(page[0]));
    // The id that it came with, also if it had none of its own.
    known_facts facts;
    auto what = asked_by(of_, message, found->second.message_id, facts);
    if (!what) {
        found->second.why = what.error().message;
        return std::unexpected(what.error());
    }
    found->second.goes_on = true;
    waiting_.add({.message = std::move(message), .what = *std::move(what), .letter = number});
    return {};
}

result<std::size_t> incoming::retry_all() {
    operating const now(*this);
    DIPTYCH_TRY(open());
    std::size_t count = 0;
    for (auto const& [number, one] : letters_) {
        if (one.goes_on) continue;
        if (count == options_.retried_max) break;
        auto const begun = try_again(number);
        if (begun)
            ++count;
        else if (begun.error().kind != errc::invalid)
            return std::unexpected(begun.error());
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
    DIPTYCH_TRY(log_.append({.events = {letter_dropped_record(of_, number)}}));
    letters_.erase(found);
    is_full_ = letters_.size() > options_.letters_max;
    return {};
}

}  // namespace diptych::intake
