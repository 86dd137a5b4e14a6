/// @file
/// A house with the echo process running in it.
#pragma once

#include "write/echo_process.hpp"
#include "write/house.hpp"
#include "write/process/process_runner.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace bank {

class process_house : public house {
public:
    explicit process_house(diptych::write::process_options options = {})
        : options_(std::move(options)) {
        auto& hooks = echo_in_use();
        hooks.reactions = 0;
        hooks.react_throws = false;
        hooks.does_nothing = false;
        hooks.key_fault.reset();
        hooks.fold_fault.reset();
        hooks.during_react = nullptr;
        runner = make_runner();
    }

    void restart() {
        runner.reset();
        house::restart();
        runner = make_runner();
    }

    std::unique_ptr<diptych::write::process_runner> make_runner() {
        return std::make_unique<diptych::write::process_runner>(
            echo(), *log, *commands, time, random, options_
        );
    }

    /// Steps until there is nothing more to do.
    void run() {
        for (int steps = 0; runner->step().or_throw(); ++steps) REQUIRE(steps < 1'000);
    }

    void deposit(std::string const& id, std::int64_t amount) {
        execute("deposit", money(id, amount)).or_throw();
    }

    /// An input that does not carry the account's id.
    void pay(std::string const& id) {
        log->append({.events = {{.stream = "payment-1", .type = "bank.paid", .data = account(id)}}}
        ).or_throw();
    }

    /// Data of the events of a type, in order.
    std::vector<std::string> data_of(std::string const& type) const {
        std::vector<std::string> all;
        auto const page =
            log->read({.what = {.items = {{.types = {type}}}}, .limit = 10'000}).or_throw();
        for (auto const& event : page) all.emplace_back(event.data);
        return all;
    }

    std::unique_ptr<diptych::write::process_runner> runner;

private:
    diptych::write::process_options options_;
};

}  // namespace bank
