// What is told of a source.
#include "inbox/source_inbox.hpp"

#include <algorithm>

namespace diptych::inbox {

source_status source_inbox::status() {
    auto const lock = std::scoped_lock(mutex_);
    if (is_lost_ && under_way_ == 0) (void)recover();
    memory_.area.advance(time_.now());
    return {
        .name = source_.name,
        .mode = source_.mode,
        .received = counters_.received,
        .recorded = counters_.recorded,
        .duplicate = counters_.duplicate,
        .stale = counters_.stale,
        .held = counters_.held,
        .released = counters_.released,
        .refused = counters_.refused,
        .waiting = memory_.area.held_count() + releasing_,
        .dead_letters = memory_.area.dead_count(),
        .rebuilds = rebuilds_
    };
}

std::vector<gap> source_inbox::gaps(std::size_t most) {
    auto const lock = std::scoped_lock(mutex_);
    if (is_lost_ && under_way_ == 0) (void)recover();
    std::vector<gap> all;
    if (source_.mode != ordering::resequence) return all;
    for (auto const stream : memory_.area.streams()) {
        if (all.size() >= most) break;
        auto const at = memory_.passed.of(stream);
        auto const waiting = memory_.area.all_of(stream);
        if (!at || waiting.front()->what->version <= (*at)->last + 1) continue;
        auto const first = std::ranges::min_element(waiting, {}, &held::since);
        all.push_back(
            {.stream = std::string(stream),
             .waits_for = (*at)->last + 1,
             .since = (*first)->since,
             .behind = waiting.size()}
        );
    }
    return all;
}

std::vector<held_message> source_inbox::page(
    bool dead_letters, std::optional<held_place> const& after, std::size_t limit
) {
    auto const lock = std::scoped_lock(mutex_);
    if (is_lost_ && under_way_ == 0) (void)recover();
    memory_.area.advance(time_.now());
    std::vector<held_message> all;
    for (auto const* const one : memory_.area.page(dead_letters, after, limit))
        all.push_back(describe(*one));
    return all;
}

held_message source_inbox::describe(held const& one) {
    auto const& what = *one.what;
    auto why = one.failure;
    if (why.empty()) {
        auto const reason = reason_to_wait(source_, memory_, what);
        why = !reason ? reason.error().message : reason->value_or("is about to pass");
    }
    return {
        .id = what.id,
        .stream = what.stream,
        .version = what.version,
        .type = what.type,
        .data = what.data,
        .occurred_at = what.occurred_at,
        .place = {one.since, one.arrival},
        .why = std::move(why)
    };
}

}  // namespace diptych::inbox
