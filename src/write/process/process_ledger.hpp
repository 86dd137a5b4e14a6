/// @file
/// What the log says a process has done and still has to do: a fold of its records into a file.
#pragma once

#include "log/sequenced_log.hpp"
#include "sqlite/location.hpp"
#include "write/ledger_file.hpp"
#include "write/process/instance_table.hpp"
#include "write/process/open_commands.hpp"
#include "write/process/parked_inputs.hpp"
#include "write/process/process_records.hpp"
#include "write/process/running_timers.hpp"

#include <diptych/clock.hpp>
#include <diptych/error.hpp>
#include <diptych/event.hpp>
#include <diptych/position.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::write {

/// See the file comment. Not thread-safe.
class process_ledger {
public:
    /// Opens what was kept, or begins anew. Fails as the disk does.
    static result<process_ledger> open(
        sqlite::location const& file, std::string process, log::sequenced_log const& log
    );

    /// Reads the records after the last one read. How many there were.
    result<std::size_t> catch_up(log::sequenced_log const& log);

    /// Its records up to here are in.
    token at() const { return at_; }

    /// Inputs up to here have been reacted to, or parked.
    position reacted_to() const { return reacted_to_; }

    /// Keeps that inputs up to here were looked at, though the last ones led to no record.
    result<void> keep_passed(position inputs, log::sequenced_log const& log);

    bool is_lost() const { return file_.is_lost(); }

    // What there is; the parts' own comments say more.

    std::uint64_t open_count() const { return commands_.size(); }
    std::uint64_t undelayed_count() const { return commands_.undelayed(); }
    result<std::vector<sent_command>> ready(timestamp now, std::size_t limit) {
        return commands_.ready(file_, now, limit);
    }
    result<void> hold(std::string_view command, timestamp until, int attempts) {
        return commands_.hold(file_, command, until, attempts);
    }
    result<bool> is_open(std::string_view command) { return commands_.contains(file_, command); }
    result<std::vector<sent_command>> commands_of(std::string_view instance, std::size_t limit) {
        return commands_.of(file_, instance, limit);
    }

    std::uint64_t timer_count() const { return timers_.size(); }
    std::optional<timestamp> next_timer() const { return next_timer_; }
    result<std::vector<running_timer>> due(timestamp now, std::size_t limit) {
        return timers_.due(file_, now, limit);
    }
    result<std::vector<running_timer>> timers_of(std::string_view instance, std::size_t limit) {
        return timers_.of(file_, instance, limit);
    }

    parked_inputs const& parked() const { return parked_; }
    result<std::optional<parked_input>> next_parked(timestamp now) {
        return parked_.next(file_, now);
    }
    result<void> hold_parked(position input, timestamp until, int attempts) {
        return parked_.hold(file_, input, until, attempts);
    }
    result<std::uint64_t> hurry_parked(std::string_view instance) {
        return parked_.hurry(file_, instance);
    }
    result<bool> is_parked(std::string_view instance) { return parked_.has_any(file_, instance); }
    result<std::optional<parked_input>> find_parked(position input) {
        return parked_.find(file_, input);
    }
    result<std::vector<parked_input>> list_parked(
        std::string_view instance, position after, std::size_t limit
    ) {
        return parked_.list(file_, instance, after, limit);
    }

    instance_table const& instances() const { return instances_; }
    result<std::optional<process_instance>> find(std::string_view instance) {
        return instances_.find(file_, instance);
    }
    result<std::optional<std::string>> correlated(std::string_view id) {
        return instances_.correlated(file_, id);
    }
    result<std::optional<std::string>> latest(std::string_view instance, std::string_view slot) {
        return instances_.latest(file_, instance, slot);
    }
    result<std::vector<process_instance>> list(
        instance_table::filter which, std::string_view after, std::size_t limit
    ) {
        return instances_.list(file_, which, after, limit);
    }

    /// Ends all rests after failures: the clock they were reckoned by is not the one of today.
    result<void> end_rests() {
        if (auto done = commands_.hurry(file_); !done) return done;
        return parked_.hurry_waiting(file_);
    }

    /// When there is something to do even if nothing is recorded.
    result<std::optional<timestamp>> next_due();

private:
    process_ledger(ledger_file file, std::string process)
        : file_(std::move(file)), process_(std::move(process)) {}

    result<void> load();
    result<void> fold(page const& records);
    result<void> fold(recorded_event const& event);
    result<void> fold_reaction(recorded_event const& event);
    result<void> note_parked(recorded_event const& event);

    ledger_file file_;
    std::string process_;
    open_commands commands_;
    running_timers timers_;
    parked_inputs parked_;
    instance_table instances_;
    std::optional<timestamp> next_timer_;
    token at_ = {};
    position reacted_to_{};
};

}  // namespace diptych::write
