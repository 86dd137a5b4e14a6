#include "cli/history.hpp"

#include "cli/service.hpp"
#include "cli/version_line.hpp"
#include "edge/url.hpp"

#include <diptych/json_value.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace diptych::cli {

namespace {

std::string result_line(json::value const& of) {
    auto line = word_of(of, "outcome");
    if (auto const code = word_of(of, "code"); !code.empty()) line += ": " + code;
    for (auto const event : of.find("events")->elements())
        line += fmt::format("  {} {}", word_of(event, "type"), word_of(event, "data"));
    return line;
}

void print_changed(json::value const& one) {
    auto const command = *one.find("command");
    fmt::print(
        "{}  {}  {}\n  was       {}\n  would be  {}\n",
        word_of(command, "position"),
        word_of(command, "type"),
        word_of(command, "body"),
        result_line(*one.find("was")),
        result_line(*one.find("would_be"))
    );
    if (auto const tip = one.find("tipped_by"))
        fmt::print(
            "  because of {} {} at {} ({})\n",
            word_of(*tip, "type"),
            word_of(*tip, "stream"),
            word_of(*tip, "position"),
            word_of(*tip, "is")
        );
}

}  // namespace

result<void> show_state(state_options const& how) {
    http::request request{
        .method = "GET", .path = "/states/" + edge::percent_encode(how.state), .query = {}
    };
    for (auto const& id : how.ids) request.query.emplace_back("id", id);
    if (!how.as_of.empty()) request.query.emplace_back("as_of", how.as_of);
    if (how.version) request.query.emplace_back("version", std::to_string(*how.version));
    DIPTYCH_TRY(auto const of, open_service(how.where, need::reading));
    auto const answer = of->ask_well(std::move(request));
    if (!answer) return std::unexpected(with_way_to_program(answer.error(), how.where));
    if (how.json) {
        fmt::print("{}\n", answer->body);
        return {};
    }
    DIPTYCH_TRY(auto const read, json::parse(answer->body));
    fmt::print("at {}  {}\n", word_of(read.root(), "at"), word_of(read.root(), "value"));
    return {};
}

result<void> decisions_what_if(view_what_if_options const& how) {
    DIPTYCH_TRY(auto const asked, what_if_request_of(how));
    DIPTYCH_TRY(auto const of, open_service(how.where, need::serving_views));
    http::request const request{.method = "POST", .path = "/decisions/what-if", .body = asked.body};
    auto answer = of->ask_well(request, thinking_time::as_long_as_it_takes);
    while (!answer && answer.error().code == "messages_behind")
        answer = of->ask_well(request, thinking_time::as_long_as_it_takes);
    if (!answer) return std::unexpected(with_line(asked, answer.error()));
    if (how.json) {
        fmt::print("{}\n", answer->body);
        return {};
    }
    DIPTYCH_TRY(auto const read, json::parse(answer->body));
    auto const said = read.root();
    fmt::print(
        "{} commands asked again, {} would come to something else; {} can not be asked again\n",
        word_of(said, "asked"),
        word_of(said, "different"),
        word_of(said, "skipped")
    );
    if (!how.insert.empty() || !how.without.empty() || !how.without_types.empty())
        fmt::print(
            "of the events that they look at, {} left out and {} inserted\n",
            word_of(said, "left_out"),
            word_of(said, "inserted")
        );
    for (auto const one : said.find("differences")->elements()) print_changed(one);
    return {};
}

}  // namespace diptych::cli
