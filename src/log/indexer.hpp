/// @file
/// From the tail into the index: when the log is opened, and step by step behind the commits.
#pragma once

#include "log/committer.hpp"
#include "log/log_core.hpp"
#include "log/proposal_queue.hpp"

#include <diptych/error.hpp>

#include <atomic>
#include <functional>

namespace diptych::log {

/// Whether that has failed only because the disk is full: it is done when there is room again.
bool waits_for_room(engine const& of, error const& why);

/// Brings an engine's index up to its end, in bounded pieces. Whether it could: on a full disk the
/// rest may wait in the tail, unless it is more than that may hold.
result<bool> merge_at_open(
    engine& into,
    limits const& bounds,
    std::function<void(position done, position end)> const& progress
);

/// Where the tail of a log that is opened begins: behind what its index has.
result<log_end> where_tail_begins(engine const& of, limits const& bounds);

/// Reads into the tail what lies between its end and the engine's. Leader only. With `is_bounded`
/// the oldest go when there are too many: only who reads may do without what no index has yet.
result<void> extend_tail(log_core& core, bool is_bounded);

/// Lets go of the blocks that somebody else has taken into the index by now.
result<void> drop_merged(log_core& core);

/// Takes old blocks into the index. One thread at a time. Keeps references.
class indexer {
public:
    indexer(log_core& core, committer const& commits, proposal_queue& queue)
        : core_(core), commits_(commits), queue_(queue) {}

    /// Whether the tail is so long that commits have to wait. Thread-safe.
    bool is_behind() const;

    /// Whether what is old enough could not be taken the last time. Thread-safe.
    bool is_failing() const { return is_failing_; }

    /// See sequenced_log::index_step.
    result<bool> step();

    /// Takes all there is, for closing. Leader only.
    result<void> finish();

private:
    bool wants_seal() const;
    result<bool> take_oldest();
    result<bool> merge_oldest();

    log_core& core_;
    committer const& commits_;
    proposal_queue& queue_;
    std::atomic<bool> is_failing_ = false;
};

}  // namespace diptych::log
