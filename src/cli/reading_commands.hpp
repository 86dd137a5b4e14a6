/// @file
/// The command lines that read and follow a log. Included by main.cpp alone: CLI11 is dear to
/// compile.
#pragma once

#include "cli/commands.hpp"
#include "cli/whole_number.hpp"

#include <CLI/CLI.hpp>

#include <utility>

namespace diptych::cli {

/// Declares them and holds what is given to them.
class reading_commands {
public:
    /// `add` declares a command: its name, what it says, its options, what it does; `add_place` its
    /// `--data`, `--url` and `--token`.
    void declare(auto const& add, auto const& add_place) {
        auto* const read = add("read", "Prints events", read_, cli::read);
        auto* const follow =
            add("follow",
                "Prints events and goes on as they come; with --from: a replica",
                follow_,
                either);
        for (auto const& [command, options] :
             {std::pair{read, &read_}, {follow, &follow_.events}}) {
            command->add_option("--type", options->types, "Only these types; may repeat");
            command->add_option(
                "--tag", options->tags, "Only events with all of these ids; may repeat"
            );
            command->add_option("--category", options->category, "Only streams of this category");
            command->add_option("--after", options->after, "Only after this position or token");
            command->add_option("--limit", options->limit, "At most so many")
                ->check(whole_number<0>);
            command->add_flag(
                "--engine",
                options->engine,
                "Also the engine's own events, whose types begin with $"
            );
            add_place(command, options->where);
            command->add_flag("--json", options->json, "Print JSON");
        }
        read->add_option("STREAM", read_.stream, "Only this home stream");
        read->add_option(
            "--as-of",
            read_.as_of,
            "Nothing later than this token, position or time (2026-03-01T12:30:00Z)"
        );
        read->add_flag("--backward", read_.backward, "Newest first");
        read->footer(
            "Examples:\n"
            "  diptych read order-o1\n"
            "  diptych read --type order_placed --tag customer-ada --limit 10"
        );
        follow
            ->add_option(
                "--retry",
                follow_.events.retry_seconds,
                "Seconds to look for a server that has gone, before giving up"
            )
            ->check(CLI::NonNegativeNumber)
            ->capture_default_str();
        add_copy(follow);
        follow->footer(
            "Examples:\n  diptych follow --url http://127.0.0.1:8080 --type order_placed --json\n"
            "  diptych follow --from http://127.0.0.1:8080 --data copy --view orders.sql --http "
            "127.0.0.1:8081"
        );
    }

private:
    struct follow_options {
        read_options events = {};
        replica_options copy = {};
    };

    // With --from it is another log that is followed, not its events that are printed.
    static result<void> either(follow_options const& how) {
        if (how.copy.from.empty()) return follow(how.events);
        auto copy = how.copy;
        copy.data = how.events.where.data;
        copy.from_token = how.events.where.token;
        return replica(copy);
    }

    // What says which events are printed, and what says how a copy is served, do not go together.
    void add_copy(CLI::App* follow) {
        auto& copy = follow_.copy;
        auto* const from = follow->add_option(
            "--from",
            copy.from,
            "Keep a copy of this log, a URL or a folder, in --data, and serve views of it"
        );
        for (auto const* const name :
             {"--type",
              "--tag",
              "--category",
              "--after",
              "--limit",
              "--engine",
              "--json",
              "--retry",
              "--url"})
            from->excludes(follow->get_option(name));
        follow->add_option("--view", copy.views, "View file, or a folder of them; may repeat")
            ->needs(from);
        follow->add_option("--http", copy.http, "Where the copy is served")
            ->needs(from)
            ->capture_default_str();
        follow->add_option("--serve-token", copy.token, "Bearer token that requests must carry")
            ->envname("DIPTYCH_SERVE_TOKEN");
    }

    read_options read_;
    follow_options follow_;
};

}  // namespace diptych::cli
