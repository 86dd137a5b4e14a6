#include "read/retry_parked.hpp"

#include "base/planted_bug.hpp"
#include "read/misfit.hpp"

#include <diptych/try.hpp>

#include <string>
#include <utility>

namespace diptych::read {

namespace {

std::unexpected<error> no_such_letter(position at) {
    return fail(
        errc::not_found,
        "no_such_dead_letter",
        "event " + std::to_string(at.value) + " is no dead letter of this view"
    );
}

class second_try {
public:
    second_try(view_database& into, projection& with, log::sequenced_log const& from, clock& time)
        : into_(into), with_(with), from_(from), parked_(into, with, from, time, 0) {}

    // Whatever `what` does becomes true at once, or not at all.
    result<parking_outcome> run(auto what) {
        DIPTYCH_TRY(into_.begin());
        auto done = begin();
        if (done) done = what();
        // SQLite may have rolled back by itself.
        if (!done) {
            into_.roll_back();
            return std::unexpected(std::move(done).error());
        }
        outcome_.parked = into_.parking_now().parked;
        DIPTYCH_TRY(into_.commit(into_.at()));
        return outcome_;
    }

    result<void> retry(std::optional<position> only) {
        if (only) {
            DIPTYCH_TRY(auto const one, find(*only));
            DIPTYCH_TRY(auto const keys, parked_.letters().keys_of(one.at));
            DIPTYCH_TRY(auto const first, parked_.waits_for(keys, one.at));
            if (first)
                return fail(
                    errc::invalid,
                    "parked_behind",
                    "event " + std::to_string(only->value) + " waits for event " +
                        std::to_string(first->behind.value) + ": retry or drop that one"
                );
        }
        return walk(only ? position{only->value - 1} : position{0}, only, !only);
    }

    result<void> drop(std::optional<position> only) {
        auto& state = into_.parking_now();
        if (!only) {
            outcome_.dropped = std::exchange(state.parked, 0);
            if (outcome_.dropped == 0) return {};
            ++state.changes;
            return parked_.letters().remove_all();
        }
        DIPTYCH_TRY(auto const one, find(*only));
        DIPTYCH_TRY(remove(one));
        ++outcome_.dropped;
        return walk(one.at, {}, false);
    }

private:
    result<void> begin() {
        if (!into_.at().has_dead_letters) return {};
        auto const& in = into_.connection();
        DIPTYCH_TRY(savepoint_, in.prepare("savepoint retried"));
        DIPTYCH_TRY(release_, in.prepare("release retried"));
        DIPTYCH_TRY(back_, in.prepare("rollback to retried"));
        return parked_.begin();
    }

    result<dead_letter> find(position at) {
        if (!into_.at().has_dead_letters || at.value == 0) return no_such_letter(at);
        DIPTYCH_TRY(auto found, find_dead_letter(into_.connection(), at));
        if (!found) return no_such_letter(at);
        return *std::move(found);
    }

    // Tries those behind `after` that wait for nothing (any more): `only` and what waited, or all.
    result<void> walk(position after, std::optional<position> only, bool all) {
        if (!parked_.has_any()) return {};
        while (true) {
            DIPTYCH_TRY(auto one, parked_.letters().next(after));
            if (!one) return {};
            after = one->at;
            DIPTYCH_TRY(auto const keys, parked_.letters().keys_of(after));
            DIPTYCH_TRY(auto const first, parked_.waits_for(keys, after));
            auto const is_released = is_planted(bug::retried_past_others) && one->behind == only;
            if (first && !is_released) {
                DIPTYCH_TRY(wait(*one, *first));
                continue;
            }
            if (!all && !one->behind && one->at != only) continue;
            DIPTYCH_TRY(attempt(*std::move(one)));
        }
    }

    result<void> wait(dead_letter one, parking::wait const& first) {
        auto reason = parked_behind(first);
        if (one.behind == first.behind && one.reason == reason) return {};
        one.behind = first.behind;
        one.reason = std::move(reason);
        one.code = "parked_behind";
        return parked_.letters().change(one);
    }

    result<void> attempt(dead_letter one) {
        DIPTYCH_TRY(auto const held, event_at(from_, one.at));
        DIPTYCH_TRY(savepoint_.run());
        auto applied = with_.apply(*held.event);
        if (applied) {
            DIPTYCH_TRY(release_.run());
            ++outcome_.applied;
            return is_planted(bug::retried_twice) ? result<void>{} : remove(one);
        }
        if (!is_fault_of_event(applied.error())) return applied;
        DIPTYCH_TRY(back_.run());
        DIPTYCH_TRY(release_.run());
        ++outcome_.failed;
        auto const why = stopping(*held.event, std::move(applied).error());
        ++one.attempts;
        one.behind.reset();
        one.code = why.code;
        one.reason = why.message;
        return parked_.letters().change(one);
    }

    result<void> remove(dead_letter const& one) {
        auto& state = into_.parking_now();
        --state.parked;
        ++state.changes;
        return parked_.letters().remove(one.at);
    }

    view_database& into_;
    projection& with_;
    log::sequenced_log const& from_;
    parking parked_;
    sqlite::statement savepoint_;
    sqlite::statement release_;
    sqlite::statement back_;
    parking_outcome outcome_;
};

}  // namespace

result<parking_outcome> retry_parked(
    view_database& into,
    projection& with,
    log::sequenced_log const& from,
    clock& time,
    std::optional<position> only
) {
    second_try work{into, with, from, time};
    return work.run([&] { return work.retry(only); });
}

result<parking_outcome> drop_parked(
    view_database& into,
    projection& with,
    log::sequenced_log const& from,
    clock& time,
    std::optional<position> only
) {
    second_try work{into, with, from, time};
    return work.run([&] { return work.drop(only); });
}

}  // namespace diptych::read
