/// @file
/// The log of one process: an engine behind, the newest events in memory in front, and the commit
/// step between.
///
/// A passive object: it owns no thread. The runtime calls commit_step() and index_step(); tests and
/// the simulator do the same on one thread. Reading is the same for all engines: pin the tail, then
/// open an index that reaches it, merge by position.
#pragma once

#include "log/engine.hpp"
#include "log/inline_view.hpp"
#include "log/proposal.hpp"

#include <diptych/clock.hpp>
#include <diptych/event_log.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace diptych::log {

/// Bounds. Whatever is full answers unavailable, or makes the commit step wait.
struct limits {
    std::size_t queue_max = 8192;  ///< Proposals waiting; one more is refused as unavailable.
    std::size_t group_max = 1024;  ///< Proposals in one commit.
    std::size_t group_bytes_max = 4u << 20;  ///< Bytes of one commit.
    std::size_t tail_events_max =
        400'000;  ///< Events the index may lag behind; beyond, commits wait for it.
    std::size_t tail_bytes_max = 256u << 20;
    std::size_t block_events_max = 32'768;  ///< Events of one block of the tail, merged at once.
    std::chrono::microseconds block_idle_max{1'000'000
    };  ///< A smaller block is merged when nothing has been added for this long.
    std::size_t heads_max = 200'000;  ///< Stream versions remembered.
};

/// What has happened since the start, for /metrics. All counts are monotonic unless said.
struct log_statistics {
    std::uint64_t appends = 0;  ///< Accepted, with or without events.
    std::uint64_t events = 0;
    std::uint64_t conflicts = 0;
    std::uint64_t refused = 0;
    std::uint64_t repeated = 0;
    std::uint64_t unavailable = 0;
    std::uint64_t redecided = 0;
    std::uint64_t groups = 0;       ///< Frames written: one sync each.
    std::uint64_t commit_us = 0;    ///< Spent in the commit step.
    std::uint64_t sync_us = 0;      ///< Of that, in writing and syncing.
    std::uint64_t user_us = 0;      ///< Spent in user code inside the commit step.
    std::uint64_t queued = 0;       ///< Waiting now.
    std::uint64_t tail_events = 0;  ///< In memory now.
    std::uint64_t index_lag = 0;    ///< Events the index has not taken.
};

/// What verify found.
struct verification {
    token end;
    std::uint64_t events = 0;
    std::uint64_t frames = 0;
    hash256 chain{};
};

/// See the file comment. Thread-safe, but for what is said to be one thread's.
class sequenced_log : public event_log {
public:
    /// Opens the log on an engine. A writer's index is brought up to the end first, in bounded
    /// pieces (reported to `progress` as positions done and to do). Keeps references: clock and
    /// random must outlive it.
    static result<std::unique_ptr<sequenced_log>> open(
        std::unique_ptr<engine> on,
        clock& time,
        random_source& random,
        limits const& bounds = {},
        std::function<void(position done, position end)> const& progress = {}
    );

    // event_log::append, read, read_stream, ... are implemented here, besides:
    using event_log::append;

    /// Enters the queue of the commit step. `done` is called exactly once, perhaps before this
    /// returns.
    virtual void propose(proposal what) = 0;

    /// As propose, but blocking; commits on the caller's own thread when nobody else is committing.
    virtual result<appended> propose_and_wait(proposal what) = 0;

    /// Judges, stages, writes, syncs and answers one group. False if nothing was queued. Any
    /// thread; one at a time (a second caller returns false at once).
    virtual bool commit_step() = 0;

    /// Called after propose when the commit step should be run by somebody. For the runtime.
    virtual void on_work(std::function<void()> wake) = 0;

    /// Takes what is old enough in the tail into the index, and does housekeeping. Whether there is
    /// more to do. One thread at a time.
    virtual result<bool> index_step() = 0;

    /// From the next group on, `view` takes part in commits. Its checkpoint must be at `at`; fails
    /// with conflict if the log has moved on (catch up and try again), so that nothing is skipped.
    virtual result<void> attach(std::shared_ptr<inline_view> view, position at) = 0;

    /// The view has taken part before and must do so again, or cannot be opened: it counts as one
    /// that dropped out until it is attached, or detached. `why` is told whoever wants to append.
    virtual void expect(std::string_view name, std::string_view why) = 0;

    /// The view takes no more part, from the next group on. Nobody waits for it any more.
    virtual void detach(std::string_view name) = 0;

    /// Names of views that dropped out because their commit failed, or that are expected. While
    /// there is one, appends are unavailable. The commit step is done with all of them.
    virtual std::vector<std::string> detached_views() const = 0;

    /// For a process that only reads: looks how far the writer has come. Whether there was more.
    virtual result<bool> refresh() = 0;

    /// Walks every frame, checks checksums, order, versions and chain. Fails with corrupt, the
    /// first position that does not fit in the facts.
    virtual result<verification> verify(
        std::function<void(position done, position end)> const& progress = {}
    ) const = 0;

    virtual log_end durable_end() const = 0;
    virtual result<hash256> chain_at(position at) const = 0;
    virtual result<void> writable() const = 0;

    /// For whoever keeps files beside the log's and finds no room for them: see engine::ran_out.
    virtual void ran_out(error const& why) = 0;
    virtual log_statistics statistics() const = 0;

    /// Whole frames from the one that holds `from`, newest ones from memory, up to about
    /// `bytes_max`; for projectors and export. Empty at the end. Never beyond what is durable.
    virtual result<std::vector<frame_ptr>> frames(position from, std::size_t bytes_max) const = 0;

    /// Visits what `what` matches in a stretch, in order, where it stands: no page is made. Says
    /// how many events that were. The stretch must not reach beyond the end. An event's memory
    /// lives until the visitor returns. For folds. Thread-safe. Blocking.
    ///
    /// Fails with what reading or the visitor says.
    virtual result<std::size_t> visit(
        query const& what, stretch const& of, event_visitor const& visit
    ) const = 0;

    /// As engine::stored: for copies that are kept up to date.
    virtual result<stored_piece> stored(stored_place const& from, std::size_t bytes_max) const = 0;

    virtual result<void> save_state(std::string_view name, std::string_view bytes) = 0;
    virtual result<std::optional<std::string>> load_state(std::string_view name) const = 0;

    /// Answers whoever waits with unavailable, waits for those who read, brings the index up to the
    /// end and closes the engine cleanly. Not to be called by a visitor.
    virtual result<void> close() = 0;
};

}  // namespace diptych::log
