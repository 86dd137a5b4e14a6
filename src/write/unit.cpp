#include "write/unit.hpp"

#include "write/unrecorded.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

namespace diptych::write {

namespace {

// A state with the unit's events so far.
result<std::optional<model::erased_const>> state_in(
    unit& of, model::state_key const& key, value_source const& source
) {
    auto found = std::ranges::find(of.states, key, &looked_at::key);
    if (found == of.states.end()) {
        DIPTYCH_TRY(auto value, source(key));
        if (!value) return std::optional<model::erased_const>{};
        // Held by `recorded` as well: copied before a change.
        auto now = std::const_pointer_cast<void>(*value);
        of.states.push_back({.key = key, .recorded = *std::move(value), .now = std::move(now)});
        found = std::prev(of.states.end());
    }
    auto const unseen = std::span(of.events).subspan(found->folded);
    DIPTYCH_TRY(fold_unrecorded(*key.of, key.names, found->now, unseen));
    found->folded = of.events.size();
    return std::optional<model::erased_const>(found->now);
}

void add_events(unit& to, part const& of, std::vector<event_data> events) {
    for (auto& event : events) {
        event.metadata = of.metadata;
        to.events.push_back(std::move(event));
    }
}

}  // namespace

model::erased_const unit::recorded(model::state_key const& key) const {
    auto const found = std::ranges::find(states, key, &looked_at::key);
    return found == states.end() ? nullptr : found->recorded;
}

result<std::optional<unit>> decide_unit(
    attempt const& of, value_source const& source, deciding what, readiness const& ready
) {
    unit made;
    for (std::size_t place = 0; place < of.parts.size(); ++place) {
        auto const& part = of.parts[place];
        auto const find = [&](model::state_key const& key) { return state_in(made, key, source); };
        DIPTYCH_TRY(auto const asked, ask(*part.command, part.value.get(), find));
        if (!asked) return std::optional<unit>{};
        if (ready) {
            DIPTYCH_TRY(auto const is_ready, ready());
            if (!is_ready) return std::optional<unit>{};
        }
        auto const is_last = place + 1 == of.parts.size();
        if (what == deciding::nothing || (what == deciding::beforehand && is_last)) continue;
        auto said = decide(of, part, *asked);
        if (what == deciding::beforehand && (!said || said->refused)) {
            what = deciding::nothing;  // where it matters it may be decided otherwise
            continue;
        }
        if (!said) return std::unexpected(std::move(said).error());
        if (said->refused) {
            made.events.clear();
            made.made.clear();
            made.answer = refusal_by(of, place, std::move(said->reason), std::move(said->detail));
            break;
        }
        made.made.resize(place + 1);
        made.made[place] = said->events.size();
        add_events(made, part, std::move(said->events));
    }
    return std::optional(std::move(made));
}

std::optional<query> what_it_looks_at(unit const& of) {
    query all;
    for (auto const& state : of.states)
        for (auto& item : model::query_of(state.key).items)
            if (std::ranges::find(all.items, item) == all.items.end())
                all.items.push_back(std::move(item));
    if (all.items.empty()) return std::nullopt;
    return all;
}

}  // namespace diptych::write
