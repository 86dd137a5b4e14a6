/// @file
/// A log in memory with an executor of the bank on it. What is stored outlives both, so that a test
/// can drop everything else and start again, as a process does after a crash.
#pragma once

#include "log/memory/memory_engine.hpp"
#include "log/sequenced_log.hpp"
#include "write/bank_model.hpp"
#include "write/executor.hpp"
#include "write/manual_sources.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bank {

class house {
public:
    explicit house(diptych::write::executor_options options = {.build_id = "b1"})
        : options_(std::move(options)) {
        auto& hooks = in_use();
        hooks.is_interrupted = false;
        hooks.decisions = 0;
        hooks.folds = 0;
        hooks.decide_throws = false;
        hooks.evolve_throws = false;
        hooks.reads_nothing = false;
        balance_state().fingerprint = "balance-1";
        balance_state().revision.reset();
        balance_state().state_stored = false;
        open();
    }

    /// Drops all that is in memory and opens again on what was stored.
    void restart() {
        commands.reset();
        log.reset();
        open();
    }
    void restart(diptych::write::executor_options options) {
        options_ = std::move(options);
        restart();
    }

    diptych::result<diptych::outcome> execute(
        std::string_view command,
        std::string const& json,
        diptych::execute_options const& options = {}
    ) {
        return commands->execute(command, json, options);
    }

    /// What happened, `$` types included if asked.
    std::vector<std::string> types(bool engine_events = false) const {
        std::vector<std::string> all;
        auto const page =
            log->read({.what = {.engine_events = engine_events}, .limit = 10'000}).or_throw();
        for (auto const& event : page) all.emplace_back(event.type);
        return all;
    }

    std::string balance_of(std::string const& id) {
        std::vector<std::string> const names{"account-" + id};
        return commands->state("balance", names).or_throw();
    }

    diptych::write::command_statistics statistics(std::string_view command) const {
        for (auto& one : commands->statistics())
            if (one.command == command) return one;
        return {};
    }

    manual_clock time;
    counting_random random;
    std::shared_ptr<diptych::log::memory::store> stored =
        std::make_shared<diptych::log::memory::store>(
            diptych::parse_uuid("0198c5a0-7b1e-7cc3-98c4-dc0c0c07398f").or_throw()
        );
    std::unique_ptr<diptych::log::sequenced_log> log;
    std::unique_ptr<diptych::write::executor> commands;

private:
    void open() {
        log = diptych::log::sequenced_log::open(
                  std::make_unique<diptych::log::memory::memory_engine>(stored), time, random
        )
                  .or_throw();
        commands = std::make_unique<diptych::write::executor>(*log, time, random, options_);
        commands->add(context()).or_throw();
    }

    diptych::write::executor_options options_;
};

}  // namespace bank
