#include "read/parking.hpp"

#include "base/planted_bug.hpp"
#include "read/misfit.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <utility>

namespace diptych::read {

result<held_event> event_at(log::sequenced_log const& log, position at) {
    DIPTYCH_TRY(auto const frames, log.frames(at, 1));
    for (auto const& frame : frames)
        for (auto const& event : frame->events)
            if (event.position == at) return held_event{.frame = frame, .event = &event};
    return fail(errc::not_found, "no_such_event", "there is no event " + std::to_string(at.value));
}

result<void> parking::begin() {
    auto& state = into_.parking_now();
    auto rule = with_.keyed_by();
    if (!has_any() || state.rule == rule) return {};
    DIPTYCH_TRY(letters_.remove_all_keys());
    position at{0};
    while (true) {
        DIPTYCH_TRY(auto const one, letters_.next(at));
        if (!one) break;
        at = one->at;
        DIPTYCH_TRY(auto const held, event_at(from_, at));
        DIPTYCH_TRY(auto const keys, keys_of(*held.event));
        DIPTYCH_TRY(letters_.add_keys(at, keys));
    }
    state.rule = std::move(rule);
    return {};
}

// One whose fields can not be read is still of its stream.
result<event_keys> parking::keys_of(recorded_event const& event) {
    auto keys = with_.keys_of(event);
    if (keys || !is_fault_of_event(keys.error())) return keys;
    return stream_and_tags(event);
}

result<std::optional<parking::wait>> parking::waits_for(event_keys const& keys, position at) {
    std::optional<wait> found;
    for (auto const& key : keys) {
        DIPTYCH_TRY(auto const first, letters_.first_with(key, at));
        if (!first || (found && found->nearest <= first->at)) continue;
        found = {.behind = first->behind.value_or(first->at), .key = key, .nearest = first->at};
    }
    return found;
}

std::string parked_behind(parking::wait const& first) {
    return "shares '" + first.key + "' with event " + std::to_string(first.nearest.value);
}

result<bool> parking::park_if_behind(recorded_event const& event) {
    DIPTYCH_TRY(auto const keys, keys_of(event));
    DIPTYCH_TRY(auto const first, waits_for(keys, event.position));
    if (!first) return false;
    dead_letter one{
        .at = event.position,
        .code = "parked_behind",
        .reason = parked_behind(*first),
        .behind = first->behind,
    };
    DIPTYCH_TRY(
        add(event, is_planted(bug::key_forgotten) ? event_keys{first->key} : keys, std::move(one))
    );
    return true;
}

result<void> parking::park(recorded_event const& event, error const& why, int attempts) {
    DIPTYCH_TRY(auto const keys, keys_of(event));
    dead_letter one{
        .at = event.position, .code = why.code, .reason = why.message, .attempts = attempts
    };
    return add(event, keys, std::move(one));
}

result<void> parking::add(recorded_event const& event, event_keys const& keys, dead_letter one) {
    auto& state = into_.parking_now();
    if (state.parked >= parked_max_)
        return fail(
            errc::failed,
            "dead_letters_full",
            "there are " + std::to_string(state.parked) +
                " dead letters, and no more are taken: retry or drop some"
        );
    DIPTYCH_TRY(into_.make_dead_letters());
    if (state.parked == 0) state.rule = with_.keyed_by();
    one.type = event.type;
    one.stream = event.stream;
    one.parked_at = time_.now();
    DIPTYCH_TRY(letters_.add(one, keys));
    ++state.parked;
    ++state.ever;
    state.is_diverged = true;
    return {};
}

result<void> park_next(
    view_database& into,
    projection& with,
    log::sequenced_log const& from,
    clock& time,
    error const& why,
    int attempts,
    std::size_t parked_max
) {
    auto next = into.at();
    next.at.position = next.at.position + 1;
    DIPTYCH_TRY(auto const held, event_at(from, next.at.position));
    DIPTYCH_TRY(next.chain, from.chain_at(next.at.position));
    next.at.epoch = held.event->epoch;
    DIPTYCH_TRY(into.begin());
    parking parked{into, with, from, time, parked_max};
    auto done = parked.begin();
    if (done) done = parked.park(*held.event, why, attempts);
    if (done && is_planted(bug::parked_apart)) {
        done = into.commit(into.at());
        if (done) done = into.begin();
    }
    if (!done) {
        into.roll_back();
        return done;
    }
    return into.commit(next);
}

}  // namespace diptych::read
