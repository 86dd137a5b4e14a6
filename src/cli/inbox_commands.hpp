/// @file
/// The command lines of the inbox. Included by main.cpp alone: CLI11 is dear to compile.
#pragma once

#include "cli/inbox.hpp"
#include "cli/whole_number.hpp"

#include <CLI/CLI.hpp>

namespace diptych::cli {

/// Declares them and holds what is given to them.
class inbox_commands {
public:
    /// `add` declares a subcommand of `inbox`: its name, what it says, its options, what it does;
    /// `add_place` its `--data`, `--url` and `--token`.
    void declare(CLI::App* inbox, auto const& add, auto const& add_place) {
        inbox->require_subcommand(1);
        auto* const check =
            add("check", "Says what is wrong with the files of sources", check_, inbox_check);
        check->add_option("FILE", check_.files, "<source>.toml, or a folder of them")->required();
        check->add_flag("--json", check_.json, "Print JSON");
        auto const one = [&](auto name, auto says, inbox_options& into, auto what) {
            CLI::App* const made = add(name, says, into, what);
            add_place(made, into.where);
            made->add_flag("--json", into.json, "Print JSON");
            return made;
        };
        auto* const send = one("send", "Sends messages to a source", send_, inbox_send);
        send->add_option("SOURCE", send_.source, "As it is declared")->required();
        send->add_option("FILE", send_.file, "A message in each line; - is standard input")
            ->capture_default_str();
        send->footer(
            "Sent again, a message is a duplicate: what was interrupted is begun anew.\n\n"
            "Example:\n  diptych inbox send order messages.jsonl --url http://127.0.0.1:8080"
        );
        one("status", "Says how sources are, and what they wait for", status_, inbox_status)
            ->add_option("SOURCE", status_.source, "All of them, if none is given");
        auto* const held = one("held", "Lists messages that wait", held_, inbox_held);
        auto* const dead = one(
            "dead-letters", "Lists messages that wait too long", dead_letters_, inbox_dead_letters
        );
        for (auto const& [command, into] : {std::pair{held, &held_}, {dead, &dead_letters_}}) {
            command->add_option("SOURCE", into->source, "As it is declared")->required();
            command->add_option(
                "--after",
                into->after,
                "Only those behind this place, which the page before ended with"
            );
            command->add_option("--limit", into->limit, "At most so many")
                ->check(whole_number<1>)
                ->capture_default_str();
        }
        auto* const retry =
            one("retry", "Lets a dead letter pass over what it waits for", retry_, inbox_retry);
        auto* const drop = one("drop", "Lets a dead letter go", drop_, inbox_drop);
        for (auto const& [command, into] : {std::pair{retry, &retry_}, {drop, &drop_}}) {
            command->add_option("SOURCE", into->source, "As it is declared")->required();
            command->add_option("MESSAGE", into->message_id, "Its id")->required();
        }
    }

private:
    inbox_check_options check_;
    inbox_options send_;
    inbox_options status_;
    inbox_options held_;
    inbox_options dead_letters_;
    inbox_options retry_;
    inbox_options drop_;
};

}  // namespace diptych::cli
