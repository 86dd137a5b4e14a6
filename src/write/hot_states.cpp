#include "write/hot_states.hpp"

#include "write/fold.hpp"
#include "write/state_names.hpp"

#include <diptych/try.hpp>

#include <span>

namespace diptych::write {

void hot_states::forget(order::iterator which) {
    by_key_.erase(which->key);
    newest_first_.erase(which);
}

// Whether the state could be brought to the end of the stage. If not, it is not to be used again.
result<bool> hot_states::advance(hot& state, model::state_key const& key, log::stage const& stage) {
    auto const after = state.last ? state.last->first - 1 : state.at;
    auto const events = stage.since(model::query_of(key), after, delta_max_ + (state.last ? 1 : 0));
    if (!events) return false;
    std::span<recorded_event const> fresh = *events;
    if (state.last) {
        auto const is_there = !fresh.empty() && fresh[0].position == state.last->first &&
                              fresh[0].id == state.last->second;
        if (!is_there) return false;
        fresh = fresh.subspan(1);
    }
    if (fresh.empty()) return true;
    DIPTYCH_TRY(auto* const into, writable(*key.of, state.value));
    for (auto const& event : fresh) DIPTYCH_TRY(fold_event(*key.of, into, event, key.names));
    state.last = {fresh.back().position, fresh.back().id};
    return true;
}

result<std::optional<model::erased_const>> hot_states::at_end(
    log::stage const& stage, model::state_key const& key, std::optional<folded_state> base
) {
    std::lock_guard const lock(mutex_);
    auto name = cache_key(*key.of, key.names);
    if (auto const found = by_key_.find(name); found != by_key_.end()) {
        auto const place = found->second;
        newest_first_.splice(newest_first_.begin(), newest_first_, place);
        auto const advanced = advance(*place, key, stage);
        if (advanced && *advanced) return std::optional<model::erased_const>(place->value);
        forget(place);
        if (!advanced) return std::unexpected(advanced.error());
    }
    if (!base) return std::optional<model::erased_const>{};
    DIPTYCH_TRY(auto own, copy_state(*key.of, base->value.get()));
    newest_first_.push_front({.key = name, .value = std::move(own), .at = base->at});
    auto const place = newest_first_.begin();
    by_key_.emplace(std::move(name), place);
    auto const advanced = advance(*place, key, stage);
    if (!advanced || !*advanced) {
        forget(place);
        if (!advanced) return std::unexpected(advanced.error());
        return std::optional<model::erased_const>{};
    }
    model::erased_const value = place->value;
    while (by_key_.size() > states_max_) forget(std::prev(newest_first_.end()));
    return std::optional(std::move(value));
}

void hot_states::heat(model::state_key const& key) {
    std::lock_guard const lock(mutex_);
    auto const found = by_key_.find(cache_key(*key.of, key.names));
    if (found == by_key_.end()) return;
    found->second->heat = heat_max;
    was_heated_ = true;
}

bool hot_states::take_heat(model::state_key const& key) {
    if (!was_heated_) return false;
    std::lock_guard const lock(mutex_);
    auto const found = by_key_.find(cache_key(*key.of, key.names));
    if (found == by_key_.end() || found->second->heat == 0) return false;
    --found->second->heat;
    return true;
}

}  // namespace diptych::write
