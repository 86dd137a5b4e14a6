/// @file
/// Commands that are executed later: stored in the log first, then executed, each once.
///
/// Commands of one key are executed in order, those of others beside them. What can not be executed
/// now is tried again; what fails too often is parked, with what is behind it of its key, until a
/// person retries or drops it. A command that no context here knows can be worked on outside: it is
/// received under a lease, and completed or abandoned.
#pragma once

#include "log/sequenced_log.hpp"
#include "sqlite/location.hpp"
#include "write/executor.hpp"
#include "write/queue/queue_ledger.hpp"
#include "write/queue/queue_records.hpp"

#include <diptych/append.hpp>
#include <diptych/clock.hpp>
#include <diptych/error.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::write {

/// Bounds of a queue.
struct queue_options {
    sqlite::location ledger{":memory:"};              ///< The file of what the log says waits.
    std::set<std::string, std::less<>> outside = {};  ///< Commands that are worked on elsewhere.
    std::size_t sends_max = 64;                       ///< Commands under way at once.
    std::size_t waiting_max = 1'000'000;              ///< One more is unavailable.
    int attempts_max = 5;                             ///< Of a command that fails; then it is dead.
    std::chrono::microseconds rest_first = std::chrono::milliseconds{100};  ///< After a failure.
    std::chrono::microseconds rest_longest = std::chrono::seconds{30};
    std::chrono::microseconds lease_longest = std::chrono::hours{12};
    std::chrono::microseconds ended_kept = std::chrono::hours{24 * 7};
};

/// How the queue is doing.
struct queue_counts {
    std::uint64_t waiting = 0;  ///< Now, the dead among them.
    std::uint64_t dead = 0;
    std::uint64_t leased = 0;                 ///< Worked on elsewhere, now.
    std::uint64_t sent = 0;                   ///< To contexts here, since the start.
    std::uint64_t ended = 0;                  ///< On record, by this life.
    std::size_t window = 0;                   ///< Commands that may be under way at once.
    std::vector<std::string> unhandled = {};  ///< Names of those in turn that nobody executes.
    std::optional<error> last_error = {};  ///< Of the newest attempt that failed, while some wait.
    std::optional<error> dead_error = {};  ///< Of the newest of the dead.
    std::optional<error> step_error = {};  ///< The queue itself does not get on.
};

/// A command that somebody works on.
struct leased_command {
    queued_command what;
    std::string lease;  ///< Proves that it is his.
    timestamp until;
};

/// See the file comment. Thread-safe.
class command_queue {
public:
    /// Keeps references: all of them must outlive it.
    command_queue(
        log::sequenced_log& log,
        executor& commands,
        clock& time,
        random_source& random,
        queue_options options = {}
    );
    ~command_queue();
    command_queue(command_queue const&) = delete;
    command_queue& operator=(command_queue const&) = delete;

    /// Stores commands, all or none; calls back once when that is durable, with the position of the
    /// first. The same ids from the same caller again are the first ones, as long as one of them
    /// waits or ended not long ago. `id` is that of all of them together; empty: the first one's.
    /// Waits for a step of the queue if that has not been stepped for a day, or not yet.
    ///
    /// Fails with not_found (nobody executes such a command), invalid (the body is malformed; the
    /// id was used for others), unavailable (the queue is full).
    void put(
        std::vector<queued_command> commands,
        std::move_only_function<void(result<appended>)> done,
        std::string id = {}
    );

    /// The first id in a command, as a name ("order-o1"): its key if nobody says another. Empty if
    /// it has none.
    std::string key_of(std::string_view command, std::string_view body) const;

    /// Does a bounded piece of what is to be done. Whether there may be more at once. Never waits
    /// for time. Fails with what the log or the machine said.
    result<bool> step();

    /// Called when an answer has come and a step can go on with it. By any thread.
    void on_answer(std::function<void()> call);
    std::optional<timestamp> next_due() const;

    /// How a command is, also if it ended not long ago. Fails with not_found.
    result<queued_status> status(std::string_view id);

    /// As far as the queue has seen; nullopt: it ended so long ago that nobody knows how. It was
    /// queued at this position. Waits for a step as rarely as put() does.
    result<std::optional<queued_status::state>> seen(std::string_view id, position queued_at);

    result<std::vector<queued_command>> list(bool only_dead, position after, std::size_t limit);
    queue_counts counts() const;

    /// Names of commands that are worked on elsewhere.
    std::vector<std::string> outside() const;

    /// Names of waiting commands that nobody executes.
    result<std::vector<std::string>> unhandled();

    /// Dead commands are tried again: one, or (empty) all. How many. Fails with not_found.
    result<std::uint64_t> retry(std::string_view id);

    /// It is not executed. Fails with not_found, and unavailable while it is under way.
    result<void> drop(std::string_view id);

    /// Commands of one name to work on elsewhere, no more than a page: nobody else gets them for so
    /// long.
    result<std::vector<leased_command>> receive(
        std::string_view name, std::size_t limit, std::chrono::microseconds length
    );

    /// Says how it ended; events (and their conditions) are recorded in the same append. Who says
    /// the same again is answered the same, as `repeated`. Fails with conflict (code "lease_lost")
    /// if the lease has run out, or as the append does: then it is still leased.
    result<appended> complete(
        std::string_view id,
        std::string_view lease,
        result<outcome> const& how,
        append_request effects
    );

    /// Gives it back, to be tried again after a rest, or to be dead after too many.
    result<void> abandon(std::string_view id, std::string_view lease, error why);

    /// The lease lasts so long from now. Until when.
    result<timestamp> renew(
        std::string_view id, std::string_view lease, std::chrono::microseconds length
    );

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

}  // namespace diptych::write
