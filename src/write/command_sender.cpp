#include "write/command_sender.hpp"

#include "base/planted_bug.hpp"

#include <mutex>
#include <utility>

namespace diptych::write {

struct command_sender::mailbox {
    void put(command_answer answer) {
        std::lock_guard const lock(mutex);
        answers.push_back(std::move(answer));
        if (on_answer) on_answer();  // under the lock: it is not called once it has been replaced
    }

    std::mutex mutex;  // guards everything below
    std::vector<command_answer> answers;
    std::function<void()> on_answer;
};

command_sender::command_sender(executor& commands, random_source& random)
    : commands_(commands), random_(random), mailbox_(std::make_shared<mailbox>()) {}

bool command_sender::has_answers() const {
    std::lock_guard const lock(mailbox_->mutex);
    return !mailbox_->answers.empty();
}

void command_sender::on_answer(std::function<void()> call) {
    std::lock_guard const lock(mailbox_->mutex);
    mailbox_->on_answer = std::move(call);
}

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
        [to = mailbox_, command](result<outcome> said) {
            to->put({.command = command, .said = std::move(said)});
        }
    );
}

std::vector<command_answer> command_sender::take() {
    std::vector<command_answer> answers;
    {
        std::lock_guard const lock(mailbox_->mutex);
        answers.swap(mailbox_->answers);
    }
    for (auto const& one : answers) under_way_.erase(one.command.what.id);
    return answers;
}

}  // namespace diptych::write
