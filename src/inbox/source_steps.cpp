// What happens to messages that wait.
#include "inbox/records.hpp"
#include "inbox/round.hpp"
#include "inbox/source_inbox.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace diptych::inbox {

namespace {

std::shared_ptr<round> operation(std::string message_id, answers_taker done) {
    message what;
    what.id = std::move(message_id);
    auto made = std::make_shared<round>(std::vector{std::move(what)}, std::move(done));
    made->is_operation = true;
    return made;
}

}  // namespace

result<bool> source_inbox::step() {
    auto const lock = std::scoped_lock(mutex_);
    if (!is_troubled_)
        pause_.begin_again();
    else if (!pause_.is_over(time_.now()))
        return false;
    is_troubled_ = false;
    auto more = let_pass();
    if (!more) is_troubled_ = true;
    return more;
}

result<bool> source_inbox::let_pass() {
    DIPTYCH_TRY(auto const is_fresh, fresh({}));
    if (!is_fresh) return false;
    memory_.area.advance(time_.now());
    note_failures();
    DIPTYCH_TRY(auto const is_behind, follow_log());
    release planned(source_, memory_);
    if (auto const followed = planned.follow(alone()); !followed) return give_up(followed.error());
    if (!planned.is_empty()) let_go(planned, {}, verdict::recorded, false);
    return is_behind || planned.is_full();
}

void source_inbox::let_go(release& planned, round_ptr const& of, verdict meant, bool is_part) {
    ticket made{
        .why = purpose::release,
        .of = of,
        .meant = meant,
        .assumed = planned.assumed(),
        .stale = planned.stale(),
        .has_changed = true,
        .is_lasting = meant == verdict::dropped,
        .is_part = is_part
    };
    propose(std::move(made), planned.take());
}

// Records that messages can not pass, before they become dead letters.
void source_inbox::note_failures() {
    std::map<std::string, std::string> failures;
    {
        auto const guard = std::scoped_lock(noting_);
        failures = std::exchange(given_up_, {});
        if (memory_.area.size() == 0) alone_.clear();
    }
    append_request request;
    for (auto const& [id, why] : failures) {
        if (memory_.area.find(id) == nullptr) continue;
        request.events.push_back(failed_record(source_, id, why));
        memory_.area.fail(id, why);
    }
    if (request.events.empty()) return;
    propose({.why = purpose::fail, .has_changed = true, .is_lasting = true}, std::move(request));
}

// Whether there is more to look at.
result<bool> source_inbox::follow_log() {
    auto const end = log_.end().position;
    if (!memory_.area.has_waits()) memory_.followed = end;
    if (memory_.followed >= end) return false;
    query_item asked;
    for (auto const& one : source_.after)
        asked.types.insert(asked.types.end(), one.types.begin(), one.types.end());
    auto const to = std::min(end, memory_.followed + options_.follow_max);
    auto const look = [this](recorded_event const& event) -> result<void> {
        (void)memory_.note(event.type, event.stream);
        for (auto const tag : event.tags) (void)memory_.note(event.type, tag);
        return {};
    };
    DIPTYCH_TRY(log_.visit({.items = {asked}}, {.after = memory_.followed, .up_to = to}, look));
    memory_.followed = to;
    return to < end;
}

void source_inbox::retry(std::string message_id, answers_taker done) {
    operate(operation(std::move(message_id), std::move(done)), false);
}

void source_inbox::drop(std::string message_id, answers_taker done) {
    operate(operation(std::move(message_id), std::move(done)), true);
}

void source_inbox::operate(round_ptr const& of, bool is_drop) {
    of->open = 1;
    {
        auto const lock = std::scoped_lock(mutex_);
        auto const is_fresh = fresh([this, of, is_drop] { operate(of, is_drop); });
        if (is_fresh && !*is_fresh) return;
        auto const begun =
            is_fresh ? begin(of, is_drop) : result<void>(std::unexpected(is_fresh.error()));
        if (!begun) of->items[0].answer = std::unexpected(begun.error());
    }
    leave(of);
}

result<void> source_inbox::begin(round_ptr const& of, bool is_drop) {
    auto const& id = of->items[0].what.id;
    memory_.area.advance(time_.now());
    auto const* const one = memory_.area.find(id);
    if (one == nullptr && of->begun) {
        // It has passed by itself, behind those that went before.
        of->items[0].answer = *of->begun;
        return {};
    }
    if (one == nullptr || !memory_.area.is_dead(*one))
        return fail(
            errc::not_found,
            "no_dead_letter",
            one == nullptr || one->is_dropped
                ? fmt::format("source {} has no dead letter \"{}\"", source_.name, id)
                : fmt::format(
                      "message \"{}\" of source {} is held, and no dead letter yet",
                      id,
                      source_.name
                  )
        );
    for (auto const* const before : memory_.area.all_of(one->what->stream))
        if (!before->is_durable && before->what->version <= one->what->version)
            return fail(
                errc::unavailable,
                "inbox_busy",
                fmt::format("a message of stream {} has just come", one->what->stream)
            );
    // What follows passes in a step of its own: it could fail, and this with it.
    release planned(source_, memory_);
    if (is_drop) {
        planned.drop(id);
        let_go(planned, of, verdict::dropped, false);
        return {};
    }
    auto const taken = planned.force(id);
    if (!taken) return give_up(taken.error());
    let_go(planned, of, verdict::recorded, !*taken);
    return {};
}

}  // namespace diptych::inbox
