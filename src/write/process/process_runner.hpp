/// @file
/// Carries a process: follows the log, reacts to each input once, sends the commands it asked for
/// and fires its timers.
///
/// Everything is in the log before it has an effect: the reaction before the first send, the answer
/// beside it, the timer when it is due (docs/reference/process-events.md). A runner that is dropped
/// at any point and built again goes on where the log says. Two runners of one process do no harm.
///
/// Instances do not wait for each other: an input that can not be reacted to is parked, with what
/// comes after it of the same instance, and tried again by itself for a while.
#pragma once

#include "log/sequenced_log.hpp"
#include "sqlite/location.hpp"
#include "write/executor.hpp"
#include "write/process/instance_table.hpp"
#include "write/process/process_options.hpp"
#include "write/process/process_records.hpp"
#include "write/process/process_status.hpp"

#include <diptych/clock.hpp>
#include <diptych/model.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::write {

/// One instance, as far as it is of interest to a person.
struct instance_detail {
    process_instance is;
    std::optional<std::string> state = {};  ///< JSON, if it can be written down.
    std::optional<error> state_fault = {};  ///< Why it can not be folded.
    std::vector<sent_command> open = {};
    std::vector<running_timer> timers = {};
    std::vector<parked_input> parked = {};
};

/// See the file comment. Thread-safe; step() and what asks about instances wait for each other.
class process_runner {
public:
    /// Keeps references: all of them must outlive it.
    process_runner(
        model::process const& process,
        log::sequenced_log& log,
        executor& commands,
        clock& time,
        random_source& random,
        process_options options = {}
    );
    ~process_runner();
    process_runner(process_runner const&) = delete;
    process_runner& operator=(process_runner const&) = delete;

    /// Does a bounded piece of what is to be done: records answers, tries again what is parked,
    /// fires what is due, reacts to what is new, sends what waits. Whether there may be more at
    /// once. Never waits for time.
    ///
    /// Fails with what the log or the machine said. Nothing is skipped: the same is tried again
    /// after a rest, which gets longer each time; steps until then do nothing and answer false.
    result<bool> step();

    /// Called when an answer has come and a step can go on with it. By any thread.
    void on_answer(std::function<void()> call);

    /// When there is something to do even if nothing is recorded: a timer is due, or a rest over.
    std::optional<timestamp> next_due() const;

    process_status status() const;

    process_statistics statistics() const;

    /// Instances that have left a record, by name, after one.
    result<std::vector<process_instance>> list(
        instance_table::filter which, std::string_view after, std::size_t limit
    );

    /// Fails with not_found if the instance has left no record.
    result<instance_detail> show(std::string const& instance);

    /// Inputs that are parked, by position, after one.
    result<std::vector<parked_input>> parked(position after, std::size_t limit);

    /// What is parked of the instance (empty: of all) is tried again with the next step, also if it
    /// was given up. Of how many instances. Fails with not_found if there is none.
    result<std::uint64_t> retry(std::string const& instance);

    /// Gives a parked input up: it was never an input. Fails with not_found if it is not parked.
    result<void> drop(position input);

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

}  // namespace diptych::write
