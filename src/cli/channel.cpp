#include "cli/channel.hpp"

#include "app/channel_schemes.hpp"
#include "app/node.hpp"
#include "cli/input.hpp"
#include "cli/service.hpp"
#include "edge/url.hpp"
#include "intake/intake_file.hpp"
#include "outbox/channel_file.hpp"
#include "storage/disk.hpp"

#include <diptych/clock.hpp>
#include <diptych/json_value.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

namespace diptych::cli {

namespace {

std::string channel_path(channel_options const& how, std::string_view more = {}) {
    return fmt::format("/channels/{}{}", edge::percent_encode(how.channel), more);
}

std::string letter_path(channel_options const& how, std::string_view more = {}) {
    return channel_path(
        how, fmt::format("/dead-letters/{}{}", edge::percent_encode(how.stream), more)
    );
}

std::string said_of(json::value in, std::string_view name) {
    auto const found = in.at(name);
    if (!found) return {};
    return std::string(found->kind() == json::kind::text ? found->text() : found->raw());
}

void print_channel(json::value of) {
    auto const lag = said_of(of, "lag");
    fmt::print(
        "{}  {}{}{}  {}  {}dead letters {}\n",
        said_of(of, "channel"),
        of.find("from") ? "from " : "",
        said_of(of, of.find("from") ? "from" : "to"),
        said_of(of, "delivery") == "best_effort" ? " (unreliable)" : "",
        said_of(of, "state"),
        lag.empty() ? "" : fmt::format("lag {}  ", lag),
        said_of(of, "dead_letters")
    );
    if (auto const since = said_of(of, "oldest"); !since.empty())
        fmt::print("  the oldest is of {}\n", since);
    if (auto const stream = said_of(of, "paused_at"); !stream.empty())
        fmt::print("  paused at {}\n", stream);
    if (of.find("paused_message"))
        fmt::print(
            "    version {}, {}, position {}: resume tries it again, drop lets it go\n",
            said_of(of, "paused_message.version"),
            said_of(of, "paused_message.type"),
            said_of(of, "paused_message.position")
        );
    if (auto const why = said_of(of, "error.detail"); !why.empty())
        fmt::print("  {}: {}\n", said_of(of, "error.when"), why);
    if (auto const when = said_of(of, "next_try"); !when.empty())
        fmt::print("  tries again at {}\n", when);
}

/// Whether the variables are there without which a server does not start.
template <class Scheme>
result<void> expect_secrets(
    std::string const& file, endpoint::declared_channel const& of, std::vector<Scheme> const& known
) {
    endpoint::surroundings const in{
        .disk = storage::system_disk(),
        .folder = {},
        .time = system_clock(),
        .environment = app::environment_variable
    };
    std::string missing;
    for (auto const& rule : std::ranges::find(known, of.scheme, &Scheme::name)->settings) {
        if (!rule.is_secret) continue;
        if (auto const read = endpoint::revealed(of, rule.name, in); !read)
            missing.append(missing.empty() ? "" : "\n").append(file + ": " + read.error().message);
    }
    if (missing.empty()) return {};
    return fail(errc::invalid, "channel_secret", std::move(missing));
}

/// What a file declares, as a sentence. What it names of the application is not looked for.
result<std::string> checked_channel(std::string const& file) {
    DIPTYCH_TRY(auto const text, read_input(file));
    if (intake::is_incoming(text)) {
        auto const known = app::incoming_schemes();
        DIPTYCH_TRY(auto const read, intake::parse_incoming(file, text, known));
        DIPTYCH_TRY(expect_secrets(file, read, known));
        return fmt::format("channel {} from {}", read.name, read.from);
    }
    auto const known = app::channel_schemes();
    DIPTYCH_TRY(auto const read, outbox::parse_channel(file, text, known));
    DIPTYCH_TRY(expect_secrets(file, read, known));
    return fmt::format("channel {} to {}", read.name, read.to);
}

/// Asks, and prints what is answered: as it came, or with `print`.
result<void> ask_channel(
    channel_options const& how, http::request what, void (*print)(json::value answered)
) {
    DIPTYCH_TRY(auto const log, open_service(how.where, need::serving_views));
    DIPTYCH_TRY(auto const answer, log->ask_well(std::move(what)));
    if (how.json) {
        fmt::print("{}\n", answer.body);
        return {};
    }
    DIPTYCH_TRY(auto const read, json::parse(answer.body));
    print(read.root());
    return {};
}

void print_channel_letters(json::value answered) {
    for (auto const one : answered.find("dead_letters")->elements()) {
        if (one.find("number")) {
            fmt::print(
                "{}  {}  {}  {} attempts  {}{}\n    {}\n",
                said_of(one, "number"),
                said_of(one, "type"),
                said_of(one, "message_id"),
                said_of(one, "attempts"),
                said_of(one, "why"),
                said_of(one, "goes_on") == "true" ? "  (is being tried again)" : "",
                said_of(one, "body")
            );
            continue;
        }
        auto const attempts = said_of(one, "attempts");
        fmt::print(
            "{} from version {} on, {} behind  {}{}{}\n",
            said_of(one, "stream"),
            said_of(one, "version"),
            said_of(one, "behind"),
            said_of(one, "type"),
            attempts == "0" ? "" : fmt::format("  {} attempts  {}", attempts, said_of(one, "why")),
            said_of(one, "goes_on") == "true" ? "  (is to be delivered)" : ""
        );
    }
    if (auto const next = answered.find("next"))
        fmt::print(stderr, "there may be more: --after {}\n", next->text());
}

}  // namespace

result<void> channel_check(channel_check_options const& how) {
    result<void> all;
    auto const note = [&](error const& why) {
        if (all)
            all = std::unexpected(why);
        else
            all.error().message += "\n" + why.message;
    };
    for (auto const& given : how.files) {
        auto const files = app::channel_files_of(given);
        if (!files) note(files.error());
        for (auto const& file : files.value_or(std::vector<std::filesystem::path>{})) {
            auto const read = checked_channel(file.string());
            if (!read)
                note(read.error());
            else if (!how.json)
                fmt::print("{}: {}\n", file.string(), *read);
        }
    }
    return all;
}

result<void> channel_list(channel_options const& how) {
    return ask_channel(how, {.path = "/channels"}, [](json::value answered) {
        for (auto const one : answered.find("channels")->elements()) print_channel(one);
    });
}

result<void> channel_show(channel_options const& how) {
    return ask_channel(how, {.path = channel_path(how)}, print_channel);
}

result<void> channel_resume(channel_options const& how) {
    return ask_channel(
        how, {.method = "POST", .path = channel_path(how, "/resume")}, print_channel
    );
}

result<void> channel_dead_letters(channel_options const& how) {
    http::request what{
        .path = channel_path(how, "/dead-letters"), .query = {{"limit", std::to_string(how.limit)}}
    };
    if (!how.after.empty()) what.query.emplace_back("after", how.after);
    return ask_channel(how, std::move(what), print_channel_letters);
}

result<void> channel_retry(channel_options const& how) {
    if (how.all == !how.stream.empty())
        return fail(
            errc::invalid,
            "retry needs the name of a stream, of an incoming channel the number of a letter, or "
            "--all"
        );
    if (!how.all)
        return ask_channel(
            how, {.method = "POST", .path = letter_path(how, "/retry")}, print_channel
        );
    return ask_channel(
        how,
        {.method = "POST", .path = channel_path(how, "/dead-letters/retry")},
        [](json::value answered) {
            for (auto const [name, count] : answered.members())
                fmt::print("{} {}\n", name, count.raw());
        }
    );
}

result<void> channel_drop(channel_options const& how) {
    return ask_channel(how, {.method = "DELETE", .path = letter_path(how)}, print_channel);
}

}  // namespace diptych::cli
