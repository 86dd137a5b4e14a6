/// @file
/// The command lines of channels. Included by main.cpp alone: CLI11 is dear to compile.
#pragma once

#include "cli/channel.hpp"
#include "cli/whole_number.hpp"

#include <CLI/CLI.hpp>

namespace diptych::cli {

/// Declares them and holds what is given to them.
class channel_commands {
public:
    /// `add` declares a subcommand of `channel`: its name, what it says, its options, what it does;
    /// `add_place` its `--data`, `--url` and `--token`.
    void declare(CLI::App* channel, auto const& add, auto const& add_place) {
        channel->require_subcommand(1);
        auto* const check =
            add("check", "Says what is wrong with the files of channels", check_, channel_check);
        check->add_option("FILE", check_.files, "<channel>.toml, or a folder of them")->required();
        check->add_flag("--json", check_.json, "Print JSON");
        auto const any = [&](auto name, auto says, channel_options& into, auto what) {
            CLI::App* const made = add(name, says, into, what);
            add_place(made, into.where);
            made->add_flag("--json", into.json, "Print JSON");
            return made;
        };
        auto const one = [&](auto name, auto says, channel_options& into, auto what) {
            auto* const made = any(name, says, into, what);
            made->add_option("CHANNEL", into.channel, "As it is declared")->required();
            return made;
        };
        any("list", "Says how all channels are", list_, channel_list);
        one("show", "Says how a channel is", show_, channel_show);
        one("resume", "Ends a channel's pause: it tries again now", resume_, channel_resume);
        auto* const letters =
            one("dead-letters",
                "Lists what was refused, or could not be taken",
                dead_letters_,
                channel_dead_letters);
        letters->add_option(
            "--after", dead_letters_.after, "Only those behind this stream, or number"
        );
        letters->add_option("--limit", dead_letters_.limit, "At most so many")
            ->check(whole_number<1>)
            ->capture_default_str();
        constexpr auto stream_or_number =
            "Like order-o1; of an incoming channel the number of a dead letter";
        auto* const retry = one(
            "retry", "Delivers what is parked of a stream, or takes it again", retry_, channel_retry
        );
        retry->add_option("STREAM", retry_.stream, stream_or_number);
        retry->add_flag("--all", retry_.all, "All of them");
        auto* const drop =
            one("drop", "Lets a refused event go; its stream goes on", drop_, channel_drop);
        drop->add_option("STREAM", drop_.stream, stream_or_number)->required();
    }

private:
    channel_check_options check_;
    channel_options list_;
    channel_options show_;
    channel_options resume_;
    channel_options dead_letters_;
    channel_options retry_;
    channel_options drop_;
};

}  // namespace diptych::cli
