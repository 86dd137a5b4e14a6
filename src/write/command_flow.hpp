/// @file
/// The way of a command, or of several as one unit: through middleware and advice to its rounds,
/// blocking or not.
#pragma once

#include "write/command_registry.hpp"
#include "write/executor.hpp"
#include "write/handled_command.hpp"
#include "write/rounds.hpp"

#include <diptych/clock.hpp>
#include <diptych/execute.hpp>
#include <diptych/middleware.hpp>
#include <diptych/model.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace diptych::write {

using outcome_callback = std::move_only_function<void(result<outcome>)>;

/// A command that has been found and read.
struct received {
    registered_command* known;
    model::command const* command;
    model::erased_const value;
    std::string body;
};

/// See the file comment. Thread-safe, but use() comes before the first command.
class command_flow {
public:
    /// Keeps references: tools, clock and random must outlive it.
    command_flow(
        round_tools const& tools,
        clock& time,
        random_source& random,
        run_elsewhere elsewhere,
        handled_function on_handled
    )
        : tools_(tools),
          time_(time),
          random_(random),
          elsewhere_(std::move(elsewhere)),
          on_handled_(std::move(on_handled)) {}

    /// Adds to the end of the chain.
    void use(middleware step) { chain_.push_back(std::move(step)); }

    /// Executes commands as one unit, at least one, and counts how it ended for each. Blocking.
    ///
    /// Each goes through the whole chain with the options given, within the call of the one before
    /// it. Fails with failed if that leads to different callers, command ids or tokens.
    result<outcome> execute(
        std::span<received const> what,
        execute_options const& how,
        record_keeper kept_by = record_keeper::listener
    );

    /// As execute of one command; calls back once, on the commit step's thread or the caller's.
    void execute_async(
        received const& what,
        execute_options const& how,
        outcome_callback done,
        record_keeper kept_by
    );

    /// What a command was answered before, if it was: with these bytes, by its caller and id.
    /// Blocking. What the log fails with is an answer, too.
    std::optional<result<outcome>> first_answer(
        std::string_view command, std::string_view body, execute_options const& how
    );

private:
    struct journey;

    std::shared_ptr<attempt> attempt_of(
        std::span<received const> what,
        std::span<execute_options const> each,
        execute_options const& of_all
    );
    result<outcome> pass(journey& on, std::size_t step, execute_options const& how);
    result<outcome> arrive(journey& on, execute_options const& how);
    result<outcome> decide_and_wait(journey& on);
    void tell(journey const& on, result<outcome> const& answer) const;
    void end(attempt const& of, result<outcome> const& answer) const;
    void go_on(std::shared_ptr<attempt> const& of, std::shared_ptr<outcome_callback> const& done);
    void answered(
        std::shared_ptr<attempt> const& of,
        std::shared_ptr<outcome_callback> const& done,
        result<appended> said
    );

    round_tools const tools_;
    clock& time_;
    random_source& random_;
    run_elsewhere const elsewhere_;
    handled_function const on_handled_;
    std::vector<middleware> chain_;
};

}  // namespace diptych::write
