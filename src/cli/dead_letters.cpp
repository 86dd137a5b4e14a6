#include "cli/dead_letters.hpp"

#include "cli/service.hpp"
#include "cli/version_line.hpp"
#include "edge/url.hpp"

#include <diptych/json_value.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

#include <string_view>

namespace diptych::cli {

namespace {

http::request asking(
    dead_letter_options const& how, std::string method, std::string const& what = {}
) {
    http::request made{
        .method = std::move(method),
        .path = fmt::format("/views/{}/dead-letters{}", edge::percent_encode(how.view), what),
        .headers = {},
        .body = {}
    };
    if (!how.version.empty()) made.query.emplace_back("version", how.version);
    return made;
}

std::string which(dead_letter_options const& how) {
    return how.all ? std::string{} : fmt::format("/{}", how.position);
}

void print_letter(json::value const& one) {
    fmt::print(
        "{}  {}  {}\n", word_of(one, "position"), word_of(one, "type"), word_of(one, "stream")
    );
    if (auto const behind = one.find("behind"))
        fmt::print("  waits for {}: {}\n", behind->raw(), word_of(one, "reason"));
    else
        fmt::print("  tried {} times: {}\n", word_of(one, "attempts"), word_of(one, "reason"));
}

result<void> check_which(dead_letter_options const& how) {
    if (how.all != (how.position > 0)) return {};
    return fail(errc::invalid, "command_line", "give a POSITION, or --all");
}

result<void> change(dead_letter_options const& how, std::string method, std::string const& what) {
    DIPTYCH_TRY(check_which(how));
    DIPTYCH_TRY(auto const log, open_service(how.where, need::serving_views));
    DIPTYCH_TRY(auto const answer, log->ask_well(asking(how, std::move(method), what)));
    DIPTYCH_TRY(auto const read, json::parse(answer.body));
    auto const said = read.root();
    if (how.json)
        fmt::print("{}\n", answer.body);
    else
        fmt::print(
            "{} applied, {} failed, {} dropped; {} left\n",
            word_of(said, "applied"),
            word_of(said, "failed"),
            word_of(said, "dropped"),
            word_of(said, "parked")
        );
    if (word_of(said, "failed") == "0") return {};
    return fail(
        errc::failed,
        "still_parked",
        fmt::format(
            "view '{}' fails on {} of them still; diptych dead-letter list {} says why",
            how.view,
            word_of(said, "failed"),
            how.view
        )
    );
}

}  // namespace

result<void> dead_letter_list(dead_letter_options const& how) {
    DIPTYCH_TRY(auto const log, open_service(how.where, need::serving_views));
    std::string after = "0";
    while (true) {
        auto request = asking(how, "GET");
        request.query.emplace_back("after", after);
        request.query.emplace_back("limit", "1000");
        DIPTYCH_TRY(auto const answer, log->ask_well(std::move(request)));
        DIPTYCH_TRY(auto const read, json::parse(answer.body));
        auto const list = read.root().find("dead_letters");
        if (!list) return fail(errc::failed, "not a list of dead letters: " + answer.body);
        for (auto const one : list->elements()) {
            after = word_of(one, "position");
            if (how.json)
                fmt::print("{}\n", one.raw());
            else
                print_letter(one);
        }
        if (list->size() < 1000) return {};
    }
}

result<void> dead_letter_show(dead_letter_options const& how) {
    DIPTYCH_TRY(auto const log, open_service(how.where, need::serving_views));
    DIPTYCH_TRY(auto const answer, log->ask_well(asking(how, "GET", which(how))));
    if (how.json) {
        fmt::print("{}\n", answer.body);
        return {};
    }
    DIPTYCH_TRY(auto const read, json::parse(answer.body));
    print_letter(read.root());
    fmt::print("  parked at {}\n", word_of(read.root(), "parked_at"));
    fmt::print("  {}\n", word_of(read.root(), "event"));
    return {};
}

result<void> dead_letter_retry(dead_letter_options const& how) {
    return change(how, "POST", which(how) + "/retry");
}

// What waited for it is tried, and may fail.
result<void> dead_letter_drop(dead_letter_options const& how) {
    return change(how, "DELETE", which(how));
}

}  // namespace diptych::cli
