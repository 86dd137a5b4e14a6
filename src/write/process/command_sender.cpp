#include "write/process/command_sender.hpp"

#include "base/planted_bug.hpp"

#include <utility>

namespace diptych::write {

command_sender::command_sender(executor& commands, random_source& random)
    : commands_(commands),
      random_(random),
      answers_(std::make_shared<answer_box<command_answer>>()) {}

void command_sender::send(sent_command const& command) {
    under_way_.insert(command.what.id);
    commands_.execute_async(
        command.what.name,
        command.what.body,
        {.command_id = is_planted(bug::sent_with_new_id)
                           ? command.what.id + std::to_string(random_.next())
                           : command.what.id,
         .caller = "$process",
         .correlation_id = command.about.correlation_id,
         .causation_id = command.about.causation_id,
         .traceparent = command.about.traceparent,
         .expires = command.what.expires},
        [to = answers_, command](result<outcome> said) {
            to->put({.command = command, .said = std::move(said)});
        },
        record_keeper::sender
    );
}

std::vector<command_answer> command_sender::take() {
    auto answers = answers_->take();
    for (auto const& one : answers) under_way_.erase(one.command.what.id);
    return answers;
}

}  // namespace diptych::write
