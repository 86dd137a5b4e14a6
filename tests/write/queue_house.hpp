/// @file
/// A house with a command queue.
#pragma once

#include "write/house.hpp"
#include "write/queue/command_queue.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace bank {

using namespace diptych;
using state = write::queued_status::state;

class queue_house : public house {
public:
    explicit queue_house(write::queue_options options = {}) : options_(std::move(options)) {
        queue = make_queue();
    }

    void restart() {
        queue.reset();
        house::restart();
        queue = make_queue();
    }
    void restart(write::queue_options options) {
        options_ = std::move(options);
        restart();
    }

    std::unique_ptr<write::command_queue> make_queue() {
        return std::make_unique<write::command_queue>(*log, *commands, time, random, options_);
    }

    static write::queued_command print(std::string id) {
        return {.id = std::move(id), .name = "printing.print", .body = "{}", .key = ""};
    }

    static write::queued_command deposit(std::string id, std::string const& account, int amount) {
        return {
            .id = std::move(id),
            .name = "bank.deposit",
            .body = bank::money(account, amount),
            .key = "account-" + account
        };
    }

    result<appended> put(std::vector<write::queued_command> all, std::string id = {}) {
        std::optional<result<appended>> said;
        auto const hear = [&](result<appended> one) { said = std::move(one); };
        queue->put(std::move(all), hear, std::move(id));
        while (!said) log->commit_step();
        return *std::move(said);
    }
    result<appended> put(write::queued_command command) {
        return put(std::vector{std::move(command)});
    }

    void run() {
        for (int steps = 0; queue->step().or_throw(); ++steps) REQUIRE(steps < 1'000);
    }

    state state_of(std::string const& id) { return queue->status(id).or_throw().is; }

    std::vector<std::string> data_of(std::string const& type) const {
        std::vector<std::string> all;
        auto const page =
            log->read({.what = {.items = {{.types = {type}}}}, .limit = 1'000}).or_throw();
        for (auto const& event : page) all.emplace_back(event.data);
        return all;
    }

    /// Fails as long as it is set, and remembers what it was asked for, in order.
    void intercept() {
        commands->use([this](call const& what, next_call const& next) -> result<outcome> {
            if (fault) return std::unexpected(*fault);
            order.emplace_back(what.options.command_id);
            return next(what.options);
        });
    }

    std::optional<error> fault;
    std::vector<std::string> order;
    std::unique_ptr<write::command_queue> queue;

private:
    write::queue_options options_;
};

}  // namespace bank
