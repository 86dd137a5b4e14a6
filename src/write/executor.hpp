/// @file
/// Executes commands: loads the states they ask for, decides, and records what was decided under
/// the condition that makes it true.
///
/// A passive object: it owns no thread. A command decides on its caller's thread and, if something
/// came between, once more inside the commit step of the log.
#pragma once

#include "log/sequenced_log.hpp"
#include "write/folded_state.hpp"
#include "write/handled_command.hpp"
#include "write/statistics.hpp"

#include <diptych/clock.hpp>
#include <diptych/execute.hpp>
#include <diptych/middleware.hpp>
#include <diptych/model.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::write {

/// A command as it comes from outside. The views are valid during the call they are given to.
struct command_text {
    std::string_view command;
    std::string_view json;
};

/// A command of the program itself.
struct command_value {
    model::command const* command;
    model::erased_const value;
};

/// Runs a task on some other thread, soon.
using run_elsewhere = std::function<void(std::move_only_function<void()>)>;

/// Bounds and seams of an executor.
struct executor_options {
    std::string build_id = {};  ///< Of the program: snapshots of another build are not used.
    std::size_t cached_states_max = 20'000;
    std::size_t hot_states_max = 1'024;  ///< States kept up to date inside the commit step.
    std::size_t delta_max = 1'024;       ///< Events folded inside the commit step for one decision.
    std::size_t rounds_max = 4;          ///< Cold rounds before the answer is unavailable.
    std::size_t together_max = 256;      ///< Commands of one unit.
    std::size_t snapshot_after = 256;    ///< Events folded since the last snapshot of a state.
    std::size_t snapshots_pending_max = 256;
    std::size_t refold_one_in = 64;  ///< Reused snapshots of other builds that are checked.
    std::chrono::microseconds slow_decision{10'000};  ///< Watchdog: inside the commit step.
    /// Called on the commit step's thread when a decision took longer than that.
    std::function<void(std::string_view command, std::chrono::microseconds took)> on_slow = {};
    /// Where an asynchronous command goes on after a cold round. Without it, on the commit step's
    /// thread.
    run_elsewhere elsewhere = {};
    /// Told of each command that was found and read, once it has its answer; not of first answers
    /// given again.
    handled_function on_handled = {};
};

/// See the file comment. Thread-safe, but add(), use() and validate() come before the first
/// command. Must outlive every command under way.
class executor {
public:
    /// Keeps references: log, clock and random must outlive it.
    executor(
        log::sequenced_log& log, clock& time, random_source& random, executor_options options = {}
    );
    ~executor();
    executor(executor const&) = delete;
    executor& operator=(executor const&) = delete;

    /// Makes a context's commands known. Keeps a reference. Fails with invalid if a name is taken.
    result<void> add(model::context const& context);

    /// Adds to the end of the chain that every command passes.
    void use(middleware step);

    /// Adds advice for one command. Fails with not_found if there is no such command.
    result<void> validate(std::string_view command, validation advice);

    /// Executes a command given as JSON under its name ("allocate" or "shop.allocate"). Blocking,
    /// until the answer is durable.
    ///
    /// Fails with not_found if there is no such command, invalid if the body is malformed (the path
    /// in the facts) or its command id was used with other bytes, conflict only if `if_match` does
    /// not hold (the facts list the events between), failed if user code threw, and with what the
    /// log says.
    result<outcome> execute(
        std::string_view command, std::string_view json, execute_options const& options = {}
    );

    /// Executes a command of the program itself.
    result<outcome> execute(
        model::command const& command,
        model::erased_const const& value,
        execute_options const& options = {}
    );

    /// Executes commands as one unit: all of their events are recorded, at consecutive positions,
    /// or none. Each sees those before it. One command is executed as by execute().
    ///
    /// Fails as execute does, and with invalid if there are no commands or more than together_max.
    /// A fault of reading one of several has its place among the facts, as `place`.
    result<outcome> execute_together(
        std::span<command_text const> commands, execute_options const& options = {}
    );
    result<outcome> execute_together(
        std::span<command_value const> commands, execute_options const& options = {}
    );

    /// As execute, but returns at once (where there is middleware or advice: when they are done).
    /// Calls back once, on the commit step's thread or the caller's.
    void execute_async(
        std::string_view command,
        std::string_view json,
        execute_options const& options,
        std::move_only_function<void(result<outcome>)> done,
        record_keeper kept_by = record_keeper::listener
    );

    void execute_async(
        model::command const& command,
        model::erased_const const& value,
        execute_options const& options,
        std::move_only_function<void(result<outcome>)> done,
        record_keeper kept_by = record_keeper::listener
    );

    /// Fails with not_found, or invalid if a short name is not the name of one command only.
    result<model::command const*> find(std::string_view command) const;

    /// All commands, in order of their full names.
    std::vector<model::command const*> commands() const;

    /// All contexts, in order of add().
    std::span<model::context const* const> contexts() const;

    /// Folds a state for these names ("product-p1"), as of a position if one is given.
    result<folded_state> fold(
        model::state const& of,
        std::span<std::string const> names,
        std::optional<position> up_to = {}
    );

    /// A state by its name ("stock" or "shop.stock") as JSON, as of a position if one is given.
    /// Fails with not_found, or invalid if the names are not of its kinds of ids or the state can
    /// not be written down.
    result<std::string> state(
        std::string_view name,
        std::span<std::string const> names,
        std::optional<position> up_to = {}
    );

    /// Writes a few of the snapshots that are due. Whether there are more. One thread at a time.
    result<bool> snapshot_step();

    /// Counts since the start, one entry a command, by full name.
    std::vector<command_statistics> statistics() const;

    /// Counts of what folding states took.
    state_statistics states() const;

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

}  // namespace diptych::write
