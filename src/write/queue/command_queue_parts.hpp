/// @file
/// What a command queue consists of.
#pragma once

#include "write/answer_box.hpp"
#include "write/queue/command_queue.hpp"
#include "write/queue/queue_ledger.hpp"
#include "write/queue/sending_window.hpp"
#include "write/trying_again.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::write {

struct command_queue::parts {
    struct answered_command {
        queued_command what;
        result<outcome> said;
    };
    struct lease {
        std::string token;
        timestamp until;
    };

    result<bool> is_used();
    result<bool> catch_up_if_used();
    result<void> open();
    result<void> catch_up();
    void let_go();
    void mistrust(error const& why);
    result<std::shared_ptr<queue_ledger>> ledger_to_ask();
    result<std::shared_ptr<queue_ledger>> ledger_made_ready();
    result<std::optional<appended>> queued_before(
        std::vector<queued_command> const& asked_for, std::string_view id
    );
    result<void> collect();
    result<void> note_failure(queued_command what, error why);
    result<bool> record();
    result<bool> send();
    result<void> work(bool& more);
    result<queued_command*> leased(
        std::string_view id, std::string_view token, std::optional<queued_command>& into
    );
    result<appended> completed_before(command_key key, error const& otherwise);
    bool is_known(std::string_view name) const;
    result<std::vector<std::string>> unhandled_in_turn();
    result<void> complete(queued_command& what) const;
    bool is_taken(std::string const& id) const;
    void note_who_works(queued_command& of) const;
    void note_ended(std::string const& id);
    query records_about(queued_command const& what) const;
    void publish(result<void> const& how_it_went);

    log::sequenced_log& log;
    executor& commands;
    clock& time;
    random_source& random;
    queue_options const options;
    std::shared_ptr<answer_box<answered_command>> box =
        std::make_shared<answer_box<answered_command>>();

    std::mutex working = {};                    // guards everything down to the next mutex
    std::shared_ptr<queue_ledger> ledger = {};  // the pointer is changed with both mutexes
    bool has_records = false;                   // in the log
    position looked_to{};                       // there are none up to here
    std::set<std::string, std::less<>> under_way = {};
    std::vector<answered_command> answered = {};  // and not yet recorded
    std::map<std::string, lease, std::less<>> leases = {};
    std::map<std::string, int, std::less<>> outages = {};  // in a row, by command
    sending_window window{options.sends_max};
    timestamp last_step = {};
    timestamp next_forget = {};
    std::optional<error> trouble = {};

    std::mutex mutable mutex = {};  // guards everything below
    std::optional<timestamp> caught_up_at = {};
    queue_counts shown = {};
    rest_after_failure pause{options.rest_first, options.rest_longest};
    std::optional<timestamp> due = {};
};

}  // namespace diptych::write
