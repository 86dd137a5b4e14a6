/// @file
/// The command lines of the message log and the map. Included by main.cpp alone: CLI11 is dear to
/// compile.
#pragma once

#include "cli/history.hpp"
#include "cli/messages.hpp"
#include "cli/what_if_command.hpp"
#include "cli/whole_number.hpp"

#include <CLI/CLI.hpp>

namespace diptych::cli {

/// Declares them and holds what is given to them.
class message_commands {
public:
    /// `add` declares a command: its name, what it says, its options, what it does; `add_place` its
    /// `--data`, `--url` and `--token`.
    void declare(auto const& add, auto const& add_place) {
        declare_messages(add, add_place);
        declare_history(add, add_place);

        CLI::App* const trace =
            add("trace", "Shows what followed from what, of one correlation id", trace_, show_trace
            );
        trace->add_option("ID", trace_.correlation, "A correlation id")->required();
        trace->add_option("--format", trace_.format, "How it is drawn")
            ->check(CLI::IsMember({"text", "json", "mermaid", "dot"}))
            ->capture_default_str();
        add_place(trace, trace_.where);
        trace->add_flag("--json", trace_.json, "Print JSON");
        trace->footer("Example:\n  diptych trace req-42 --url http://127.0.0.1:8080");

        CLI::App* const map =
            add("map",
                "Draws an application that is served: commands, events, and what takes them",
                map_,
                show_map);
        map->add_option("--format", map_.format, "How it is drawn; svg needs Graphviz")
            ->check(CLI::IsMember({"text", "json", "mermaid", "dot", "svg"}))
            ->capture_default_str();
        add_place(map, map_.where);
        map->add_flag("--json", map_.json, "Print JSON");
        map->footer("Example:\n  diptych map --url http://127.0.0.1:8080 --format svg > map.svg");
    }

private:
    void declare_messages(auto const& add, auto const& add_place) {
        CLI::App* const made =
            add("messages", "Lists events, and commands with their outcomes", list_, list_messages);
        made->add_option("--kind", list_.kind, "Only these")
            ->check(CLI::IsMember({"event", "command", "record"}));
        made->add_option("--type", list_.types, "Of events or commands; may repeat");
        made->add_option("--stream", list_.stream, "Events of a stream, and what led to them");
        made->add_option("--user", list_.user, "On whose behalf");
        made->add_option("--correlation", list_.correlation, "Of one conversation");
        made->add_option("--outcome", list_.outcome, "Of commands: accepted, refused, failed, ...");
        made->add_option("--from", list_.from, "From this time, position or token on");
        made->add_option("--to", list_.to, "Nothing later than this");
        made->add_option("--after", list_.after, "Only after this position or token");
        made->add_option("--limit", list_.limit, "At most so many")->check(whole_number<0>);
        made->add_flag("--engine", list_.engine, "Also the engine's own records");
        add_place(made, list_.where);
        made->add_flag("--json", list_.json, "Print JSON, one message a line: an export");
        made->footer(
            "Examples:\n"
            "  diptych messages --outcome refused --from 2026-03-01T00:00:00Z --url "
            "http://127.0.0.1:8080\n"
            "  diptych messages --user ada --json > ada.ndjson"
        );
    }

    void declare_history(auto const& add, auto const& add_place) {
        CLI::App* const state = add(
            "state", "Prints a state that decisions ask for, as it is or was", state_, show_state
        );
        state->add_option("STATE", state_.state, "\"shop.stock\", or \"stock\"")->required();
        state->add_option("ID", state_.ids, "\"product-p1\"; several if it has several");
        auto* const as_of = state->add_option(
            "--as-of", state_.as_of, "As of this token, position or time (2026-03-01T12:30:00Z)"
        );
        state
            ->add_option("--version", state_.version, "As of this version of the first ID's stream")
            ->check(whole_number<0>)
            ->excludes(as_of);
        add_place(state, state_.where);
        state->add_flag("--json", state_.json, "Print JSON");
        state->footer(
            "Of an application that is served: the program `diptych` itself has no states.\n\n"
            "Example:\n  diptych state stock product-p1 --as-of 1.42 --url http://127.0.0.1:8080"
        );

        CLI::App* const what_if =
            add("what-if",
                "Says which commands of the past would come to something else",
                what_if_,
                decisions_what_if);
        add_otherwise(*what_if, what_if_, "Commands told, at most");
        add_place(what_if, what_if_.where);
        what_if->add_flag("--json", what_if_.json, "Print JSON");
        what_if->footer(
            "By the rules of the application that is asked: start one with other rules on a copy "
            "of "
            "the log\nto ask by them. The log is not touched.\n\n"
            "Example:\n  diptych what-if --without 41 --url http://127.0.0.1:8080"
        );
    }

    message_options list_;
    trace_options trace_;
    map_options map_;
    state_options state_;
    view_what_if_options what_if_;
};

}  // namespace diptych::cli
