#include "cli/inbox.hpp"

#include "app/node.hpp"
#include "cli/input.hpp"
#include "cli/service.hpp"
#include "cli/version_line.hpp"
#include "edge/url.hpp"
#include "inbox/source_file.hpp"

#include <diptych/json_value.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

#include <istream>
#include <map>
#include <utility>

namespace diptych::cli {

namespace {

// Of one request: what fits the server's bounds with room to spare.
constexpr std::size_t batch_max = 500;
constexpr std::size_t batch_bytes_max = 512u << 10;

std::string path_to(inbox_options const& how, std::string_view more = {}) {
    return fmt::format("/inbox/{}{}", edge::percent_encode(how.source), more);
}

/// What became of the messages of a file.
struct tally {
    std::map<std::string, std::uint64_t> by_outcome = {};
    std::uint64_t lines = 0;

    void note(json::value result, std::uint64_t first_line, std::uint64_t index, bool json) {
        auto const outcome = word_of(result, "outcome");
        ++by_outcome[outcome];
        if (json)
            fmt::print("{}\n", result.raw());
        else if (outcome == "refused")
            fmt::print(
                stderr,
                "line {}: {}: {}\n",
                first_line + index,
                word_of(result, "message_id"),
                word_of(result, "detail")
            );
    }
};

result<void> send_batch(
    service& to, inbox_options const& how, std::string body, std::uint64_t first_line, tally& all
) {
    auto said =
        to.ask_well({.method = "POST", .path = path_to(how), .body = "[" + std::move(body) + "]"});
    if (!said) {
        auto what = std::move(said).error();
        what.message = fmt::format("lines from {} on: {}", first_line, what.message);
        return std::unexpected(std::move(what));
    }
    DIPTYCH_TRY(auto const read, json::parse(said->body));
    std::uint64_t index = 0;
    if (auto const results = read.root().find("results"))
        for (auto const one : results->elements()) all.note(one, first_line, index++, how.json);
    return {};
}

result<void> list(inbox_options const& how, std::string_view which) {
    DIPTYCH_TRY(auto const log, open_service(how.where, need::serving_views));
    http::request request{
        .path = path_to(how, which), .query = {{"limit", std::to_string(how.limit)}}
    };
    if (!how.after.empty()) request.query.emplace_back("after", how.after);
    DIPTYCH_TRY(auto const answer, log->ask_well(std::move(request)));
    if (how.json) {
        fmt::print("{}\n", answer.body);
        return {};
    }
    DIPTYCH_TRY(auto const read, json::parse(answer.body));
    for (auto const one : read.root().find("messages")->elements())
        fmt::print(
            "{}  {}  {} {}  {}\n",
            word_of(one, "message_id"),
            word_of(one, "type"),
            word_of(one, "stream"),
            word_of(one, "version"),
            word_of(one, "why")
        );
    if (auto const next = read.root().find("next"))
        fmt::print(stderr, "there may be more: --after {}\n", next->text());
    return {};
}

result<void> operate(inbox_options const& how, std::string method, std::string_view suffix) {
    DIPTYCH_TRY(auto const log, open_service(how.where, need::serving_views));
    DIPTYCH_TRY(
        auto const answer,
        log->ask_well(
            {.method = std::move(method),
             .path = path_to(
                 how,
                 fmt::format("/dead-letters/{}{}", edge::percent_encode(how.message_id), suffix)
             )}
        )
    );
    DIPTYCH_TRY(auto const read, json::parse(answer.body));
    if (how.json)
        fmt::print("{}\n", answer.body);
    else
        fmt::print("{} {}\n", word_of(read.root(), "outcome"), how.message_id);
    return {};
}

void print_source(json::value of) {
    fmt::print(
        "{}  {}  waiting {}  dead letters {}\n",
        word_of(of, "source"),
        word_of(of, "mode"),
        word_of(of, "waiting"),
        word_of(of, "dead_letters")
    );
    if (auto const gaps = of.find("gaps"))
        for (auto const one : gaps->elements())
            fmt::print(
                "  {} waits for version {} since {}, {} behind\n",
                word_of(one, "stream"),
                word_of(one, "waits_for"),
                word_of(one, "since"),
                word_of(one, "behind")
            );
}

}  // namespace

result<void> inbox_check(inbox_check_options const& how) {
    result<void> first;
    for (auto const& given : how.files) {
        DIPTYCH_TRY(auto const files, app::inbox_files_of(given));
        for (auto const& file : files) {
            DIPTYCH_TRY(auto const text, read_input(file.string()));
            auto const read = inbox::parse_source(file.string(), text);
            if (read && !how.json)
                fmt::print("{}: source {}, {}\n", file.string(), read->name, to_string(read->mode));
            if (!read && first) first = std::unexpected(read.error());
            if (!read && !how.json && files.size() > 1)
                fmt::print(stderr, "{}\n", read.error().message);
        }
    }
    return first;
}

result<void> inbox_send(inbox_options const& how) {
    DIPTYCH_TRY(auto const input, open_input(how.file));
    DIPTYCH_TRY(auto const log, open_service(how.where, need::serving_views));
    tally all;
    std::string batch;
    std::uint64_t first_line = 1;
    std::size_t count = 0;
    auto const send = [&]() -> result<void> {
        if (count == 0) return {};
        count = 0;
        return send_batch(*log, how, std::exchange(batch, {}), first_line, all);
    };
    for (std::string line; std::getline(*input, line);) {
        ++all.lines;
        if (line.empty()) {
            DIPTYCH_TRY(send());
            continue;
        }
        if (count == 0) first_line = all.lines;
        batch.append(batch.empty() ? "" : ",").append(line);
        ++count;
        if (count >= batch_max || batch.size() >= batch_bytes_max) {
            DIPTYCH_TRY(send());
        }
    }
    DIPTYCH_TRY(send());
    if (!how.json)
        for (auto const& [outcome, number] : all.by_outcome) fmt::print("{} {}\n", outcome, number);
    if (!all.by_outcome.contains("refused")) return {};
    return fail(
        errc::invalid,
        "messages_refused",
        fmt::format("{} messages were refused", all.by_outcome["refused"])
    );
}

result<void> inbox_status(inbox_options const& how) {
    DIPTYCH_TRY(auto const log, open_service(how.where, need::serving_views));
    DIPTYCH_TRY(
        auto const answer, log->ask_well({.path = how.source.empty() ? "/inbox" : path_to(how)})
    );
    if (how.json) {
        fmt::print("{}\n", answer.body);
        return {};
    }
    DIPTYCH_TRY(auto const read, json::parse(answer.body));
    if (auto const sources = read.root().find("sources"))
        for (auto const one : sources->elements()) print_source(one);
    else
        print_source(read.root());
    return {};
}

result<void> inbox_held(inbox_options const& how) { return list(how, "/held"); }
result<void> inbox_dead_letters(inbox_options const& how) { return list(how, "/dead-letters"); }
result<void> inbox_retry(inbox_options const& how) { return operate(how, "POST", "/retry"); }
result<void> inbox_drop(inbox_options const& how) { return operate(how, "DELETE", ""); }

}  // namespace diptych::cli
