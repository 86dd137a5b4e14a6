/// @file
/// What a process runner consists of.
#pragma once

#include "write/process/command_sender.hpp"
#include "write/process/input_round.hpp"
#include "write/process/process_instances.hpp"
#include "write/process/process_ledger.hpp"
#include "write/process/process_runner.hpp"
#include "write/trying_again.hpp"

#include <mutex>
#include <string>
#include <vector>

namespace diptych::write {

struct process_runner::parts {
    result<void> open();
    result<void> ready_to_show();
    result<void> catch_up();
    result<bool> record_answers();
    result<void> sort_answers();
    void forget(parked_input const& what);
    result<bool> try_parked();
    result<void> note_failure(parked_input what, recorded_event const& input, error why);
    result<bool> take_inputs();
    result<bool> fire(recorded_event const* next_input);
    bool is_time_for_timer(recorded_event const* next_input) const;
    result<bool> record(input_round const& round, position looked_at);
    result<bool> send();
    void send_unrecorded(input_round const& round);
    result<void> note();
    result<bool> work();
    void publish(result<bool> const& how_it_went);
    void distrust_ledger(error const& why);
    result<bool> append(std::vector<event_data> events, std::vector<std::string> unless);
    bool is_answered(std::string const& command) const;
    std::optional<error> unheard_failure(command_answer const& of, event_data const& record) const;
    query inputs() const { return {.items = {{.types = process.types}}}; }
    input_round new_round();
    result<page> read_input(position at) const;

    model::process const& process;
    log::sequenced_log& log;
    clock& time;
    random_source& random;
    process_options const options;
    command_sender sender;

    std::mutex working = {};  // guards everything down to the next mutex
    std::optional<process_ledger> ledger = {};
    process_instances instances{process, log, options.cached_instances_max};
    std::vector<command_answer> answered = {};  // and not yet recorded
    position inputs_at{};                       // inputs up to here have been looked at
    std::size_t since_note = 0;
    timestamp last_step = {};

    /// A command that is tried again by itself.
    struct held_command {
        std::string id;
        error why;
        int attempts;
        timestamp until;
    };
    std::optional<held_command> held = {};  // the last one
    std::optional<error> last_fault = {};   // of an input that was parked

    std::mutex mutable mutex = {};  // guards everything below
    process_statistics counts = {};
    rest_after_failure pause{options.rest_first, options.rest_longest};
    std::optional<timestamp> due = {};
    std::optional<held_command> shown_hold = {};
    std::optional<error> shown_fault = {};
};

/// Records after which an input is not looked at again.
std::vector<std::string> types_of_inputs_done();

}  // namespace diptych::write
