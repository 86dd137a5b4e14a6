/// @file
/// The command lines of processes. Included by main.cpp alone: CLI11 is dear to compile.
#pragma once

#include "cli/processes.hpp"
#include "cli/whole_number.hpp"

#include <CLI/CLI.hpp>

namespace diptych::cli {

/// Declares them and holds what is given to them.
class process_commands {
public:
    /// `add` declares a subcommand of `process`: its name, what it says, its options, what it does;
    /// `add_place` its `--data`, `--url` and `--token`.
    void declare(CLI::App* group, auto const& add, auto const& add_place) {
        group->require_subcommand(1);
        auto const one = [&](auto name, auto says, process_options& into, auto what) {
            CLI::App* const made = add(name, says, into, what);
            made->add_option("PROCESS", into.process, "\"shop.reallocation\", or \"reallocation\"")
                ->required(&into != &list_);
            add_place(made, into.where);
            made->add_flag("--json", into.json, "Print JSON");
            return made;
        };
        one("list", "Lists processes and how they are, or the instances of one", list_, process_list
        )
            ->add_option("--state", list_.state, "Of instances")
            ->check(CLI::IsMember({"running", "finished", "parked"}));
        one("show", "Prints an instance: its state, open commands, timers", show_, process_show)
            ->add_option("INSTANCE", show_.instance, "\"product-lamp\"")
            ->required();
        one("dead-letters",
            "Lists inputs that a process can not react to, and what waits behind them",
            letters_,
            process_dead_letters);
        auto* const retry =
            one("retry", "Tries them again, in order, also those given up", retry_, process_retry);
        auto* const which = retry->add_option("INSTANCE", retry_.instance, "\"product-lamp\"");
        retry->add_flag("--all", retry_.all, "Of all instances")->excludes(which);
        one("drop", "Gives an input up: it was never one", drop_, process_drop)
            ->add_option("POSITION", drop_.position, "As dead-letters says it")
            ->required()
            ->check(whole_number<1>);
        group->footer(
            "Of an application that is served: the program `diptych` itself has no processes.\n\n"
            "Example:\n  diptych process retry shop.reallocation product-lamp --url "
            "http://127.0.0.1:8080"
        );
    }

private:
    process_options list_;
    process_options show_;
    process_options letters_;
    process_options retry_;
    process_options drop_;
};

}  // namespace diptych::cli
