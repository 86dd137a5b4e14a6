/// @file
/// Brings states up to a position: from the cache, a `$state` record, a snapshot or the first event
/// on, whichever is nearest.
#pragma once

#include "log/sequenced_log.hpp"
#include "write/folded_state.hpp"
#include "write/snapshots.hpp"
#include "write/state_cache.hpp"
#include "write/statistics.hpp"

#include <diptych/clock.hpp>
#include <diptych/model.hpp>

#include <atomic>
#include <cstddef>

namespace diptych::write {

/// Bounds of loading.
struct loader_options {
    std::size_t cached_states_max = 20'000;
    std::size_t snapshot_after = 256;
    std::size_t refold_one_in = 64;
};

/// See the file comment. Thread-safe.
class state_loader {
public:
    /// Keeps references: all must outlive it.
    state_loader(
        log::sequenced_log& log,
        snapshots& kept,
        random_source& random,
        loader_options const& options
    );

    /// The state at `reached` or later; later only if the cache has it so.
    result<folded_state> load(model::state_key const& key, position reached);

    /// The state at exactly `up_to`, past the cache.
    result<folded_state> load_as_of(model::state_key const& key, position up_to);

    /// A state further on. Returns the same value if nothing was recorded for it.
    result<folded_state> catch_up(
        model::state_key const& key, folded_state const& from, position to
    );

    state_statistics statistics() const;

private:
    struct start {
        model::erased value;
        position at{};
    };

    result<start> start_of(model::state_key const& key, position up_to);
    result<start> checked(model::state_key const& key, snapshot found);
    result<std::size_t> fold_into(
        model::erased& value, model::state_key const& key, position after, position up_to
    );
    void offer_snapshot(model::state_key const& key, cached_state& of);

    log::sequenced_log& log_;
    snapshots& snapshots_;
    random_source& random_;
    loader_options const options_;
    state_cache cache_;

    struct counts {
        std::atomic<std::uint64_t> hits, misses, folded, loaded, ignored, mistaken, saved;
    };
    counts counts_{};
};

}  // namespace diptych::write
