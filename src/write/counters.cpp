#include "write/counters.hpp"

#include <utility>

namespace diptych::write {

void command_counters::count(result<outcome> const& answer) {
    if (answer) {
        ++(answer->accepted() ? accepted : refused);
        if (answer->accepted() && answer->events.empty()) ++skipped;
        if (answer->repeated) ++repeated;
    } else if (answer.error().kind == errc::conflict) {
        ++conflicts;
    } else if (answer.error().kind == errc::invalid) {
        ++invalid;
    } else {
        ++failed;
    }
}

command_statistics command_counters::read(std::string command) const {
    return {
        .command = std::move(command),
        .received = received,
        .accepted = accepted,
        .skipped = skipped,
        .refused = refused,
        .conflicts = conflicts,
        .invalid = invalid,
        .failed = failed,
        .repeated = repeated,
        .redecided = redecided,
        .cold_rounds = cold_rounds,
        .slow_decisions = slow_decisions,
        .commit_user_us = commit_user_us
    };
}

}  // namespace diptych::write
