/// @file
/// The command lines of the command queue. Included by main.cpp alone: CLI11 is dear to compile.
#pragma once

#include "cli/queue.hpp"

#include <CLI/CLI.hpp>

namespace diptych::cli {

/// Declares them and holds what is given to them.
class queue_commands {
public:
    /// `add` declares a subcommand of `queue`: its name, what it says, its options, what it does;
    /// `add_place` its `--data`, `--url` and `--token`.
    void declare(CLI::App* group, auto const& add, auto const& add_place) {
        group->require_subcommand(1);
        auto const one = [&](auto name, auto says, queue_options& into, auto what) {
            CLI::App* const made = add(name, says, into, what);
            add_place(made, into.where);
            made->add_flag("--json", into.json, "Print JSON");
            return made;
        };
        one("list", "Lists commands that wait, in the order of the log", list_, queue_list)
            ->add_flag("--dead", list_.dead, "Only those that failed too often");
        one("show", "Prints one, also if it ended in the last days", show_, queue_show)
            ->add_option("ID", show_.id, "Its command id")
            ->required();
        auto* const retry =
            one("retry", "Tries a dead one again, and what waits behind it", retry_, queue_retry);
        auto* const which = retry->add_option("ID", retry_.id, "Its command id");
        retry->add_flag("--all", retry_.all, "All dead ones")->excludes(which);
        one("drop", "Gives one up: it is not executed", drop_, queue_drop)
            ->add_option("ID", drop_.id, "Its command id")
            ->required();
        group->footer(
            "Commands come into the queue by POST /commands/<name>?async.\n\n"
            "Example:\n  diptych queue list --dead --url http://127.0.0.1:8080"
        );
    }

private:
    queue_options list_;
    queue_options show_;
    queue_options retry_;
    queue_options drop_;
};

}  // namespace diptych::cli
