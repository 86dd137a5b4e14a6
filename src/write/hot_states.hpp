/// @file
/// The states that commands decide on inside the commit step, kept up to date there: deciding again
/// costs only the events since the last decision, however many callers fight for one key.
#pragma once

#include "log/proposal.hpp"
#include "write/folded_state.hpp"

#include <diptych/model.hpp>

#include <atomic>
#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace diptych::write {

/// See the file comment. Thread-safe; made for the commit step, which is one thread at a time.
///
/// A state may hold events that were staged and then discarded because the log could not write
/// them. So before it is used, the last event it holds is looked up again: if that event is still
/// in its place, so are all before it, since a group is written as a whole.
class hot_states {
public:
    hot_states(std::size_t states_max, std::size_t delta_max)
        : states_max_(states_max), delta_max_(delta_max) {}

    /// The state at the end of the stage. `base` is what is known of it from before, if anything.
    /// nullopt if what lies between is not in memory, or is more than delta_max events.
    ///
    /// Let go of the value before the next call: it is changed in place.
    result<std::optional<model::erased_const>> at_end(
        log::stage const& stage, model::state_key const& key, std::optional<folded_state> base
    );

    /// Notes that a decision on this state came too late and was made again.
    void heat(model::state_key const& key);

    /// Whether the state is fought for, so that deciding on it outside the commit step is likely to
    /// be in vain. True a bounded number of times after each heat(): a fight that is over is
    /// noticed.
    bool take_heat(model::state_key const& key);

private:
    struct hot {
        std::string key;
        model::erased value;
        position at{};  // durable: folded to here, or to `last`
        std::optional<std::pair<position, uuid>> last = {};  // the last event folded, if any
        int heat = 0;
    };
    using order = std::list<hot>;

    result<bool> advance(hot& state, model::state_key const& key, log::stage const& stage);
    void forget(order::iterator which);

    static constexpr int heat_max = 16;

    std::atomic<bool> was_heated_ = false;  // most logs never see a fight
    std::size_t const states_max_;
    std::size_t const delta_max_;
    std::mutex mutex_;  // guards everything below
    order newest_first_;
    std::unordered_map<std::string, order::iterator> by_key_;
};

}  // namespace diptych::write
