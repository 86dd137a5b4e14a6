/// @file
/// What the log says of the command queue: which commands wait, in which order, and how those of
/// the last days ended. A fold of its records into a file, as a process's ledger is.
#pragma once

#include "log/sequenced_log.hpp"
#include "write/ledger_file.hpp"
#include "write/queue/queue_records.hpp"

#include <diptych/clock.hpp>
#include <diptych/error.hpp>
#include <diptych/position.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::write {

/// Of the bodies in a page of commands; one that goes beyond is its last.
inline constexpr std::size_t queue_page_bytes = 4u << 20;

/// How a command of the queue is.
struct queued_status {
    enum class state : std::uint8_t { waiting, accepted, refused, failed, dead, dropped };

    state is = state::waiting;
    queued_command command;
    std::string answer = {};  ///< Of one that has ended: the outcome, or the error, as JSON.
};

std::string_view to_string(queued_status::state state);

/// Thread-safe; but one thread at a time tells it what has become of commands.
class queue_ledger {
public:
    /// `is_here`: whether commands of a name are executed by this program.
    static result<std::shared_ptr<queue_ledger>> open(
        sqlite::location const& file,
        log::sequenced_log const& log,
        std::function<bool(std::string_view)> is_here
    );

    /// Reads the records after the last one read. How many there were.
    result<std::size_t> catch_up(log::sequenced_log const& log);
    token at() const;
    bool is_lost() const;

    /// Those that may be executed now and are not taken: of each lane the oldest, higher priorities
    /// first, no more than a page. Those that are executed here, or (if it is given) those of one
    /// name that have not expired.
    result<std::vector<queued_command>> ready(
        timestamp now,
        std::size_t limit,
        std::function<bool(std::string const&)> const& is_taken,
        std::string_view name = {}
    );
    result<std::optional<timestamp>> next_ready();

    /// It is not ready before; so many attempts have failed so far.
    result<void> hold(std::string_view id, timestamp until, int attempts, error const& why);

    /// Dead ones are tried again: one, or (empty) all. How many.
    result<std::uint64_t> hurry(std::string_view id);
    result<void> end_rests();

    /// A command that has not ended.
    result<std::optional<queued_command>> find(std::string_view id);

    /// Where it was queued; also one that ended not long ago.
    result<std::optional<position>> place_of(std::string_view id);

    /// Also of those that ended not long ago.
    result<std::optional<queued_status>> status(std::string_view id);

    /// In the order of the log, after one.
    result<std::vector<queued_command>> list(bool only_dead, position after, std::size_t limit);

    /// Why the newest of the dead is so; nullopt: there is none, or it can not be told.
    std::optional<error> newest_death();

    /// Names of the commands that wait.
    result<std::vector<std::string>> names();

    /// Names of those that could be executed now: of the first of each lane that do not rest.
    result<std::vector<std::string>> names_in_turn();

    /// Commands of other programs that may be executed no more.
    result<std::vector<queued_command>> expired_elsewhere(timestamp now, std::size_t limit);

    /// Forgets how commands ended before then. Whether there are more.
    result<bool> forget(timestamp before);

    std::uint64_t size() const;
    std::uint64_t dead() const;

private:
    queue_ledger(ledger_file file, std::function<bool(std::string_view)> is_here)
        : file_(std::move(file)), is_here_(std::move(is_here)), at_(file_.at()) {}

    // All with mutex_.
    result<void> note_who_executes();
    result<std::vector<std::string>> all_names();
    result<std::optional<queued_command>> command_of(std::string_view id);
    result<void> count();
    result<void> take(page const& records, log::sequenced_log const& log);
    result<void> fold(recorded_event const& event);
    result<void> add(queued_command const& command);
    result<void> end(recorded_event const& event, queue_record const& how);

    std::mutex mutable mutex_ = {};  // guards what follows; held for a page of records at most
    ledger_file file_;
    std::function<bool(std::string_view)> is_here_;
    token at_ = {};
    std::uint64_t size_ = 0;
    std::uint64_t dead_ = 0;
};

}  // namespace diptych::write
