#include "cli/care_commands.hpp"
#include "cli/channel_commands.hpp"
#include "cli/commands.hpp"
#include "cli/dead_letter_commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/inbox_commands.hpp"
#include "cli/message_commands.hpp"
#include "cli/process_commands.hpp"
#include "cli/queue_commands.hpp"
#include "cli/reading_commands.hpp"
#include "cli/sim_command.hpp"
#include "cli/view_commands.hpp"
#include "cli/whole_number.hpp"
#include "edge/nearest.hpp"

#include <diptych/json_writer.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <functional>
#include <string>
#include <vector>

namespace {

namespace cli = diptych::cli;
namespace json = diptych::json;
using diptych::errc;
using diptych::error;
using diptych::result;

/// Declares the subcommands; the one that is named leaves what to do in `chosen`.
class program {
public:
    program() : app_("Diptych: a CQRS and event-sourcing engine in one file.", "diptych") {
        app_.require_subcommand(1);
        app_.set_version_flag("--version", "diptych 0.1.0");
        app_.footer(
            "Which log: --data FOLDER, else $DIPTYCH_DATA, else the working folder or the only log "
            "in it;\n"
            "or --url http://HOST:PORT for a running server.\n\n"
            "A first minute:\n"
            "  diptych init shop\n"
            "  diptych append order-o1 order_placed '{\"total\":12}'\n"
            "  diptych read\n"
            "  diptych serve\n\n"
            "Exit codes: 0 fine, 1 failed, 2 invalid, 3 refused, 4 conflict, 5 not found, 6 "
            "denied,\n"
            "7 unavailable, 8 outcome unknown, 9 corrupt."
        );
        add_basics();
        reading_.declare(
            [this](auto name, auto says, auto& options, auto what) {
                return add(name, says, options, what);
            },
            [](CLI::App* to, cli::place& where) { add_place(to, where); }
        );
        messages_.declare(
            [this](auto name, auto says, auto& options, auto what) {
                return add(name, says, options, what);
            },
            [](CLI::App* to, cli::place& where) { add_place(to, where); }
        );
        add_group(views_, "view", "Views: rows kept up to date from events");
        add_group(letters_, "dead-letter", "Events that views have given up on for now");
        add_group(processes_, "process", "Processes of an application that is served");
        add_group(queue_, "queue", "Commands that wait to be executed");
        add_group(inbox_, "inbox", "Messages of other services");
        add_group(channels_, "channel", "Ways on which events leave the log, and messages come in");
        add_commands();
        add_care();
    }

    int run(int count, char** values) {
        std::vector<std::string> const words(values + std::min(count, 1), values + count);
        // Looked for here, so that a wrong command line, too, is told as its writer wants it.
        wants_json_ = std::ranges::find(words, "--json") != words.end();
        if (auto const wrong = unknown_command(words); !wrong.empty())
            return end({.kind = errc::invalid, .code = "unknown_command", .message = wrong});
        try {
            app_.parse(count, values);
        } catch (CLI::ParseError const& fault) {
            if (fault.get_exit_code() != 0 && wants_json_)
                return end({.kind = errc::invalid, .code = "command_line", .message = fault.what()}
                );
            auto const code = app_.exit(fault);
            return code == 0 ? 0 : cli::exit_code(errc::invalid);
        }
        auto const done = chosen_();
        return done ? 0 : end(done.error());
    }

private:
    template <class Options>
    CLI::App* add(
        char const* name,
        char const* says,
        Options& options,
        result<void> (*what)(Options const&),
        CLI::App* parent = nullptr
    ) {
        auto* const command = (parent != nullptr ? parent : &app_)->add_subcommand(name, says);
        command->callback([this, &options, what] {
            chosen_ = [&options, what] { return what(options); };
        });
        return command;
    }

    /// What to say of a first word (or a second, of a group) that is no command; empty if it is
    /// one.
    std::string unknown_command(std::vector<std::string> const& words) const {
        CLI::App const* in = &app_;
        for (auto const& word : words) {
            auto const known = in->get_subcommands([](CLI::App const*) { return true; });
            if (known.empty() || word.starts_with('-')) return {};
            std::vector<std::string> names;
            CLI::App const* named = nullptr;
            for (auto const* one : known) {
                names.push_back(one->get_name());
                if (one->get_name() == word) named = one;
            }
            if (named == nullptr) {
                auto const close = diptych::edge::nearest(word, names);
                return fmt::format(
                    "there is no command '{}'; {}",
                    word,
                    close.empty() ? "see diptych --help" : "the nearest is '" + close + "'"
                );
            }
            in = named;
        }
        return {};
    }

    static void add_json(CLI::App* to, bool& json) { to->add_flag("--json", json, "Print JSON"); }

    static void add_place(CLI::App* to, cli::place& where) {
        auto* const data = to->add_option("--data", where.data, "Folder of the log");
        auto* const url = to->add_option("--url", where.url, "A running server: http://HOST:PORT");
        url->excludes(data);
        to->add_option("--token", where.token, "Bearer token for the server")
            ->envname("DIPTYCH_TOKEN");
    }

    void add_basics() {
        auto* const init = add("init", "Makes a log in a folder", init_, cli::init);
        init->add_option("FOLDER", init_.folder, "To be made, or empty")->required();
        add_json(init, init_.json);
        init->footer("Example:\n  diptych init shop");

        auto* const serve =
            add("serve", "Serves a log and its views over HTTP", serve_, cli::serve);
        serve->add_option("--data", serve_.data, "Folder of the log");
        serve->add_option("--http", serve_.http, "Address and port; port 0 takes a free one")
            ->capture_default_str();
        serve->add_option("--token", serve_.token, "Bearer token that requests must carry")
            ->envname("DIPTYCH_TOKEN");
        auto* const algorithm = serve->add_option(
            "--jwt", serve_.jwt_algorithm, "Takes JSON Web Tokens signed with HS256, RS256 or ES256"
        );
        auto* const key = serve->add_option(
            "--jwt-key", serve_.jwt_key, "File with their secret or public key (PEM)"
        );
        algorithm->needs(key);
        key->needs(algorithm);
        serve->add_option("--jwt-audience", serve_.jwt_audience, "What their 'aud' must name")
            ->needs(algorithm);
        serve->add_option("--jwt-issuer", serve_.jwt_issuer, "What their 'iss' must be")
            ->needs(algorithm);
        serve->add_flag(
            "--read-only",
            serve_.read_only,
            "A replica for reading, beside the process that writes; start as many as you like"
        );
        serve->add_option(
            "--views", serve_.views, "Where it keeps its views; a replica's are temporary otherwise"
        );
        serve
            ->add_option(
                "--reserve",
                serve_.reserve_bytes,
                "Bytes kept free in the folder, given back when the disk is full: 8M, or 0 for none"
            )
            ->transform(CLI::AsSizeValue(false))
            ->default_str("8M");
        serve->add_option(
            "--inbox",
            serve_.inbox,
            "Source of foreign messages, or a folder of them; otherwise inbox/ in the log's folder"
        );
        serve->add_option(
            "--channels", serve_.channels, "Channel or a folder of them; otherwise channels/ there"
        );
        serve->add_flag(
            "--build-beside",
            serve_.build_beside,
            "Serve a view whose file was changed as it was, until it is built"
        );
        serve->add_flag("--no-watch", serve_.no_watch, "Do not look for changed view files");
        serve->add_option(
            "--queue-command",
            serve_.outside_commands,
            "A command that is queued here and worked on elsewhere; may be given again"
        );
        serve
            ->add_option(
                "--check-views",
                serve_.check_views_seconds,
                "Compare the views with slow replays of the log, once in this time: 24h"
            )
            ->transform(CLI::AsNumberWithUnit(
                std::map<std::string, std::uint64_t>{
                    {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}
                },
                CLI::AsNumberWithUnit::UNIT_REQUIRED,
                "TIME"
            ))
            ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{366} * 86400));
        add_json(serve, serve_.json);
        serve->footer(
            "Example:\n  diptych serve --data shop --http 127.0.0.1:8080\n"
            "  curl localhost:8080/events"
        );

        auto* const append = add("append", "Appends an event", append_, cli::append);
        append->add_option("STREAM", append_.stream, "Home stream, like order-o1");
        append->add_option("TYPE", append_.type, "Event type, like order_placed");
        append->add_option("DATA", append_.data, "JSON")->capture_default_str();
        append->add_option("--tag", append_.tags, "Another id it can be found under; may repeat");
        append->add_option("--metadata", append_.metadata, "JSON object")->capture_default_str();
        append->add_option(
            "--expect", append_.expect, "Of the stream: a version, no_stream, exists or any"
        );
        append->add_option(
            "--id", append_.id, "Event id, a UUID; the same id again is no second event"
        );
        append->add_option(
            "--command-id", append_.command_id, "The same id again gives the first answer"
        );
        append->add_option(
            "--file", append_.file, "A whole request as for POST /events; - is standard input"
        );
        add_place(append, append_.where);
        add_json(append, append_.json);
        append->footer(
            "Example:\n"
            "  diptych append order-o1 order_placed '{\"total\":12}' --tag customer-ada "
            "--expect no_stream"
        );
    }

    /// `diptych <name> ...`, with subcommands of its own.
    void add_group(auto& group, char const* name, char const* says) {
        auto* const made = app_.add_subcommand(name, says);
        group.declare(
            made,
            [this, made](auto subcommand, auto about, auto& options, auto what) {
                return this->add(subcommand, about, options, what, made);
            },
            [](CLI::App* to, cli::place& where) { add_place(to, where); }
        );
    }

    void add_commands() {
        auto* const command =
            add("command", "Sends a command, or several as one, to a server", command_, cli::command
            );
        auto* const name =
            command->add_option("NAME", command_.name, "Like allocate, or shop.allocate");
        command->add_option("BODY", command_.body, "JSON; - is standard input")
            ->capture_default_str();
        command
            ->add_option(
                "--together",
                command_.together,
                "All of the commands in a file or none: an array as for POST /commands; - is "
                "standard input"
            )
            ->excludes(name);
        command->add_option(
            "--command-id", command_.command_id, "The same id again gives the first answer"
        );
        command->add_option(
            "--if-match", command_.if_match, "Only if nothing it looks at changed since this token"
        );
        command->add_flag(
            "--pessimistic", command_.pessimistic, "Decide in turn, not first beside others"
        );
        add_place(command, command_.where);
        add_json(command, command_.json);
        command->footer(
            "Several are an array:\n"
            "  [{\"name\":\"give_back\",\"command\":{\"book\":\"dune\"}},\n"
            "   {\"name\":\"lend\",\"command\":{\"book\":\"dune\",\"reader\":\"bob\"}}]\n\n"
            "Example:\n"
            "  diptych command lend '{\"book\":\"dune\",\"reader\":\"ada\"}' "
            "--url http://127.0.0.1:8080\n"
            "  diptych command --together desk.json --url http://127.0.0.1:8080"
        );
    }

    void add_care() {
        care_.declare([this](auto name, auto says, auto& options, auto what) {
            return add(name, says, options, what);
        });

        auto* const out =
            add("export", "Writes all events as JSON lines", export_, cli::export_events);
        out->add_option("FILE", export_.file, "- is standard output")->capture_default_str();
        out->add_flag(
            "--engine", export_.engine, "Also the engine's own events: to look at, not to import"
        );
        add_place(out, export_.where);
        add_json(out, export_.json);
        out->footer("Example:\n  diptych export shop.ndjson --data shop");

        auto* const in =
            add("import",
                "Appends the events of an export; again is no second time",
                import_,
                cli::import_events);
        in->add_option("FILE", import_.file, "- is standard input")->capture_default_str();
        in->add_option(
            "--backfill", import_.backfill, "Names the run, for events made up of old data"
        );
        in->add_flag("--skip-bad", import_.skip_bad, "Report bad lines and go on");
        add_place(in, import_.where);
        add_json(in, import_.json);
        in->footer("Example:\n  diptych import shop.ndjson --data copy");

        sim_.declare([this](auto name, auto says, auto& options, auto what) {
            return add(name, says, options, what);
        });

        auto* const bench =
            add("bench", "Measures durable appends on this disk", bench_, cli::bench);
        bench->add_option("--below", bench_.below, "Folder on the disk to measure")
            ->capture_default_str();
        bench->add_option("--callers", bench_.callers, "Blocking callers")->capture_default_str();
        bench->add_option("--seconds", bench_.seconds, "How long")->capture_default_str();
        add_json(bench, bench_.json);
        bench->footer("Example:\n  diptych bench --below /var/lib --callers 64");
    }

    /// Says what went wrong; returns the exit code.
    int end(error const& what) const {
        if (wants_json_)
            report(what);
        else
            fmt::print(stderr, "diptych: {}\n", what.message);
        return cli::exit_code(what.kind);
    }

    static void report(error const& what) {
        json::writer out;
        out.begin_object().member("error", to_string(what.kind)).member("code", what.code);
        out.member("message", what.message);
        for (auto const& [name, value] : what.facts) out.raw_member(name, value);
        fmt::print(stderr, "{}\n", out.end_object().text());
    }

    CLI::App app_;
    bool wants_json_ = false;
    std::function<result<void>()> chosen_;
    cli::init_options init_;
    cli::serve_options serve_;
    cli::append_options append_;
    cli::reading_commands reading_;
    cli::message_commands messages_;
    cli::view_commands views_;
    cli::dead_letter_commands letters_;
    cli::process_commands processes_;
    cli::queue_commands queue_;
    cli::inbox_commands inbox_;
    cli::channel_commands channels_;
    cli::command_options command_;
    cli::care_commands care_;
    cli::export_options export_;
    cli::import_options import_;
    cli::sim_command sim_;
    cli::bench_options bench_;
};

}  // namespace

int main(int count, char** values) {
    try {
        return program().run(count, values);
    } catch (std::exception const& what) {
        fmt::print(stderr, "diptych: {}\n", what.what());
        return cli::exit_code(errc::failed);
    }
}
