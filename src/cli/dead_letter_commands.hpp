/// @file
/// The command lines of dead letters. Included by main.cpp alone: CLI11 is dear to compile.
#pragma once

#include "cli/dead_letters.hpp"
#include "cli/whole_number.hpp"

#include <CLI/CLI.hpp>

namespace diptych::cli {

/// Declares them and holds what is given to them.
class dead_letter_commands {
public:
    /// `add` declares a subcommand of `dead-letter`: its name, what it says, its options, what it
    /// does; `add_place` its `--data`, `--url` and `--token`.
    void declare(CLI::App* group, auto const& add, auto const& add_place) {
        group->require_subcommand(1);
        auto const one = [&](auto name, auto says, dead_letter_options& into, auto what) {
            CLI::App* const made = add(name, says, into, what);
            made->add_option("VIEW", into.view, "The view")->required();
            made->add_option("--version", into.version, "Of the view; else the one that is served");
            add_place(made, into.where);
            made->add_flag("--json", into.json, "Print JSON");
            return made;
        };
        auto const position = [](CLI::App* to, dead_letter_options& into) {
            return to->add_option("POSITION", into.position, "Of the event, as list says it")
                ->check(whole_number<1>);
        };
        one("list", "Lists the events that a view has parked, and why", list_, dead_letter_list);
        auto* const show = one("show", "Prints one, with its event", show_, dead_letter_show);
        position(show, show_)->required();
        auto* const retry =
            one("retry", "Tries them again, in the order of the log", retry_, dead_letter_retry);
        auto* const drop = one("drop", "Gives them up for good", drop_, dead_letter_drop);
        for (auto const& [command, into] : {std::pair{retry, &retry_}, {drop, &drop_}}) {
            auto* const which = position(command, *into);
            command->add_flag("--all", into->all, "All of them")->excludes(which);
        }
        retry->footer(
            "What was parked behind an event that is applied is tried, too. Exit code 1: the view\n"
            "fails on some of them still.\n\n"
            "Example:\n  diptych dead-letter retry open_orders 1642 --url http://127.0.0.1:8080"
        );
        drop->footer(
            "What waited for the one that is dropped is tried. With --all nothing is tried: all "
            "that\nis parked will never be in the rows of this version.\n\n"
            "Example:\n  diptych dead-letter drop open_orders 1642"
        );
        group->footer("Example:\n  diptych dead-letter list open_orders");
    }

private:
    dead_letter_options list_;
    dead_letter_options show_;
    dead_letter_options retry_;
    dead_letter_options drop_;
};

}  // namespace diptych::cli
