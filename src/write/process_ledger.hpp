/// @file
/// What the log says a process has done and still has to do: a fold of its records.
#pragma once

#include "log/sequenced_log.hpp"
#include "write/process_records.hpp"

#include <diptych/clock.hpp>
#include <diptych/error.hpp>
#include <diptych/event.hpp>
#include <diptych/position.hpp>
#include <diptych/query.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace diptych::write {

/// See the file comment. Not thread-safe.
class process_ledger {
public:
    process_ledger() = default;
    explicit process_ledger(std::string process) : process_(std::move(process)) {}

    /// Reads the records after the last one read. How many there were.
    result<std::size_t> catch_up(log::sequenced_log const& log);

    /// Its records up to here are in.
    token at() const { return at_; }

    /// Inputs up to here have been reacted to.
    position reacted_to() const { return reacted_to_; }

    /// Notes that inputs up to here were looked at, though none of the last ones led to a record.
    void passed(position inputs) { reacted_to_ = std::max(reacted_to_, inputs); }

    /// The command to send next; null if none waits for its answer.
    sent_command const* next_to_send() const;
    std::size_t open() const { return open_.size(); }

    /// The timer that is due first; null if none runs.
    running_timer const* next_timer() const;
    std::size_t timers() const { return timers_.size(); }

    /// Its content, and from it: so that the whole history need not be read at each start. Only an
    /// optimisation.
    std::string save() const;
    static std::optional<process_ledger> load(
        std::string process, token at, std::string_view saved
    );

private:
    using timer_key = std::pair<std::string, std::string>;  // instance, name

    result<void> fold(recorded_event const& event);
    void start(running_timer timer);
    void stop(timer_key const& key);
    void note_open(sent_command command);

    std::string process_;
    token at_ = {};
    position reacted_to_{};
    std::map<std::pair<position, std::size_t>, sent_command> open_;  // by input and ordinal
    std::map<std::string, std::pair<position, std::size_t>> open_by_id_;
    std::map<timer_key, running_timer> timers_;
    std::set<std::pair<timestamp, timer_key>> by_due_;
};

/// Records of these types of a process, by whichever instance.
query records_of(std::string_view process, std::vector<std::string> types);

}  // namespace diptych::write
