#include "write/state_loader.hpp"

#include "write/fold.hpp"
#include "write/state_names.hpp"
#include "write/state_record.hpp"

#include <diptych/try.hpp>

namespace diptych::write {

state_loader::state_loader(
    log::sequenced_log& log, snapshots& kept, random_source& random, loader_options const& options
)
    : log_(log),
      snapshots_(kept),
      random_(random),
      options_(options),
      cache_(options.cached_states_max) {}

// Folds (after, up_to] and says how many events that were. A value that others hold is copied
// first, but only when there is an event to fold.
result<std::size_t> state_loader::fold_into(
    model::erased& value, model::state_key const& key, position after, position up_to
) {
    void* into = nullptr;
    auto const fold_one = [&](recorded_event const& event) -> result<void> {
        if (into == nullptr) {
            DIPTYCH_TRY(into, writable(*key.of, value));
        }
        return fold_event(*key.of, into, event, key.names);
    };
    DIPTYCH_TRY(
        auto const folded,
        log_.visit(model::query_of(key), {.after = after, .up_to = up_to}, fold_one)
    );
    counts_.folded += folded;
    return folded;
}

result<state_loader::start> state_loader::checked(model::state_key const& key, snapshot found) {
    auto const as_start = [](model::erased_const const& value, position at) {
        return start{.value = std::const_pointer_cast<void>(value), .at = at};
    };
    auto const sampled = found.of_another_build && options_.refold_one_in > 0 &&
                         random_.next() % options_.refold_one_in == 0;
    if (sampled) {
        DIPTYCH_TRY(auto refolded, make_state(*key.of));
        DIPTYCH_TRY(fold_into(refolded, key, position{}, found.state.at));
        if (key.of->save(refolded.get()) != key.of->save(found.state.value.get())) {
            ++counts_.mistaken;
            return start{.value = std::move(refolded), .at = found.state.at};
        }
    }
    ++counts_.loaded;
    return as_start(found.state.value, found.state.at);
}

// Where folding begins: nobody else holds the value.
result<state_loader::start> state_loader::start_of(model::state_key const& key, position up_to) {
    if (key.of->state_stored) {
        DIPTYCH_TRY(auto const record, newest_state_record(log_, *key.of, key.names, up_to));
        if (record)
            return start{.value = std::const_pointer_cast<void>(record->value), .at = record->at};
    }
    bool ignored = false;
    auto found = snapshots_.load(*key.of, key.names, up_to, ignored);
    if (ignored) ++counts_.ignored;
    if (found) return checked(key, *std::move(found));
    DIPTYCH_TRY(auto fresh, make_state(*key.of));
    return start{.value = std::move(fresh), .at = {}};
}

void state_loader::offer_snapshot(model::state_key const& key, cached_state& of) {
    if (of.since_snapshot < options_.snapshot_after || key.of->state_stored) return;
    if (snapshots_.offer(*key.of, key.names, {.value = of.value, .at = of.at})) ++counts_.saved;
    of.since_snapshot = 0;
}

result<folded_state> state_loader::load(model::state_key const& key, position reached) {
    auto const place = cache_.at(cache_key(*key.of, key.names));
    std::lock_guard const lock(place->mutex);
    if (place->value != nullptr && place->at >= reached) {
        ++counts_.hits;
        return folded_state{.value = place->value, .at = place->at};
    }
    if (place->value == nullptr) {
        ++counts_.misses;
        DIPTYCH_TRY(auto begun, start_of(key, reached));
        place->value = std::move(begun.value);
        place->at = begun.at;
        place->since_snapshot = 0;
    } else {
        ++counts_.hits;
    }
    auto const folded = fold_into(place->value, key, place->at, reached);
    if (!folded) {
        place->value.reset();  // it may be folded half-way
        return std::unexpected(folded.error());
    }
    place->at = reached;
    place->since_snapshot += *folded;
    offer_snapshot(key, *place);
    return folded_state{.value = place->value, .at = place->at};
}

result<folded_state> state_loader::load_as_of(model::state_key const& key, position up_to) {
    DIPTYCH_TRY(auto begun, start_of(key, up_to));
    DIPTYCH_TRY(fold_into(begun.value, key, begun.at, up_to));
    return folded_state{.value = std::move(begun.value), .at = up_to};
}

result<folded_state> state_loader::catch_up(
    model::state_key const& key, folded_state const& from, position to
) {
    auto value =
        std::const_pointer_cast<void>(from.value);  // held by `from`: copied before a change
    DIPTYCH_TRY(fold_into(value, key, from.at, to));
    return folded_state{.value = std::move(value), .at = to};
}

state_statistics state_loader::statistics() const {
    return {
        .cache_hits = counts_.hits,
        .cache_misses = counts_.misses,
        .events_folded = counts_.folded,
        .snapshots_loaded = counts_.loaded,
        .snapshots_saved = counts_.saved,
        .snapshots_ignored = counts_.ignored,
        .snapshots_mistaken = counts_.mistaken
    };
}

}  // namespace diptych::write
