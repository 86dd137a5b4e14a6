/// @file
/// Sends commands of a process, many at once, and collects what comes of them.
#pragma once

#include "write/answer_box.hpp"
#include "write/executor.hpp"
#include "write/process/process_records.hpp"

#include <diptych/clock.hpp>
#include <diptych/error.hpp>
#include <diptych/execute.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace diptych::write {

/// A command and what came of it.
struct command_answer {
    sent_command command;
    result<outcome> said;
};

/// send() and take() by one thread at a time. What is on its way when it is destroyed is answered
/// to nobody.
class command_sender {
public:
    /// Keeps references: both must outlive it, the executor also what is on its way.
    command_sender(executor& commands, random_source& random);

    /// Sends it, without waiting.
    void send(sent_command const& command);

    bool is_under_way(std::string const& id) const { return under_way_.contains(id); }
    std::size_t under_way() const { return under_way_.size(); }

    /// The answers that have come.
    std::vector<command_answer> take();
    bool has_answers() const { return answers_->has_any(); }

    /// As answer_box::on_answer.
    void on_answer(std::function<void()> call) { answers_->on_answer(std::move(call)); }

private:
    executor& commands_;
    random_source& random_;
    std::shared_ptr<answer_box<command_answer>> answers_;
    std::set<std::string> under_way_;
};

}  // namespace diptych::write
