// What a person may do with a channel.
#include "base/planted_bug.hpp"
#include "outbox/channel.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>

#include <utility>

namespace diptych::outbox {

/// Holds the channel; the step makes room.
class channel::operating {
public:
    explicit operating(channel& of) : of_(of) {
        ++of_.operators_;
        lock_ = std::unique_lock(of_.mutex_);
        --of_.operators_;
    }
    ~operating() { of_.publish(of_.time_.now()); }
    operating(operating const&) = delete;
    operating& operator=(operating const&) = delete;

private:
    channel& of_;
    std::unique_lock<std::mutex> lock_;
};

namespace {

constexpr std::size_t looked_through_most = 100;  // for the first of a stream that is selected

std::unexpected<error> no_letter(std::string_view channel, std::string_view stream) {
    return fail(
        errc::not_found,
        "no_such_dead_letter",
        fmt::format("channel {} has no dead letter of stream {}", channel, stream)
    );
}

}  // namespace

result<std::vector<letter_status>> channel::dead_letters(
    std::string_view after, std::size_t limit
) {
    operating const now(*this);
    DIPTYCH_TRY(open());
    std::vector<letter_status> all;
    for (auto at = letters_.upper_bound(after); at != letters_.end() && all.size() < limit; ++at) {
        DIPTYCH_TRY(auto one, status_of(at->second));
        all.push_back(std::move(one));
    }
    return all;
}

// Of one that goes on behind what was dropped or delivered, the log knows what is first now.
result<letter_status> channel::status_of(letter const& one) const {
    letter_status made{.what = one};
    if (one.event_id.empty()) {
        DIPTYCH_TRY(
            auto const page,
            log_.read_stream(one.stream, {.from = one.version, .limit = looked_through_most})
        );
        for (auto const& event : page) {
            if (!of_.what.takes(event)) continue;
            made.what.version = event.version;
            made.what.position = event.position;
            made.what.event_id = to_string(event.id);
            made.what.type = event.type;
            break;
        }
    }
    DIPTYCH_TRY(auto const last, log_.stream_version(one.stream));
    auto const first = made.what.version;
    made.behind = last > first ? last.value - first.value : 0;
    return made;
}

result<void> channel::expect_served() const {
    if (is_served_) return {};
    return fail(
        errc::unavailable,
        "channel_not_served",
        fmt::format(
            "nobody delivers on channel {} here, so there is nothing to resume: a pause is its "
            "server's, and ends with it",
            of_.name
        )
    );
}

void channel::resume() {
    operating const now(*this);
    paused_.reset();
    not_before_ = time_.now();
    lanes_.end_rests();
}

result<void> channel::retry(std::string_view stream) {
    operating const now(*this);
    DIPTYCH_TRY(open());
    auto const found = letters_.find(stream);
    if (found == letters_.end() && paused_ == stream)
        return fail(
            errc::not_found,
            "no_such_dead_letter",
            fmt::format(
                "channel {} is paused at a message of stream {}, which is no dead letter: resume "
                "tries it again",
                of_.name,
                stream
            )
        );
    if (found == letters_.end()) return no_letter(of_.name, stream);
    if (found->second.goes_on) return {};
    DIPTYCH_TRY(log_.append({.events = {resumed_record(of_, found->second)}}));
    found->second.goes_on = true;
    return {};
}

result<std::size_t> channel::retry_all() {
    operating const now(*this);
    DIPTYCH_TRY(open());
    append_request request;
    for (auto const& [stream, one] : letters_)
        if (!one.goes_on) request.events.push_back(resumed_record(of_, one));
    auto const count = request.events.size();
    if (count == 0) return count;
    DIPTYCH_TRY(log_.append(std::move(request)));
    for (auto& [stream, one] : letters_) one.goes_on = true;
    return count;
}

result<void> channel::drop(std::string_view stream) {
    operating const now(*this);
    DIPTYCH_TRY(open());
    if (auto const found = letters_.find(stream); found != letters_.end()) {
        if (found->second.goes_on) return drop_again(found->second);
        auto const first = found->second.version;
        DIPTYCH_TRY(log_.append({.events = {dropped_record(of_, stream, first)}}));
        found->second.move_to(first + (is_planted(bug::dropped_with_rest) ? 100'000 : 1));
        found->second.goes_on = true;
        return {};
    }
    auto* const at = lanes_.find(stream);
    if (at == nullptr || !is_held_up(*at)) return no_letter(of_.name, stream);
    auto const& what = at->queue.front();
    auto after = progress_;
    after.settle(what.position);
    DIPTYCH_TRY(log_.append(
        {.events = {dropped_record(of_, stream, what.version), delivered_record(of_, after)}}
    ));
    progress_ = std::move(after);
    pass(*at);
    return {};
}

// By a message that is refused, or that its receiver puts off again and again.
bool channel::is_held_up(lane const& of) const {
    return paused_ == of.stream || (of.at == lane::standing::resting && of.failures > 0);
}

// Its first message will never be delivered.
void channel::pass(lane& of) {
    if (paused_ == of.stream) paused_.reset();
    lanes_.hold(of);
    lanes_.pop(of);
}

// A dead letter that is tried again, and holds its channel or its stream up.
result<void> channel::drop_again(letter& of) {
    auto* const at = lanes_.find(of.stream);
    if (at == nullptr || !is_held_up(*at))
        return fail(
            errc::invalid,
            "letter_goes_on",
            fmt::format("stream {} is being delivered again: there is nothing to drop", of.stream)
        );
    auto const version = at->queue.front().version;
    DIPTYCH_TRY(log_.append({.events = {dropped_record(of_, of.stream, version)}}));
    of.move_to(version + 1);
    pass(*at);
    return {};
}

}  // namespace diptych::outbox
