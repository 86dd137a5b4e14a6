#include "cli/view_what_if.hpp"

#include "cli/input.hpp"
#include "cli/row_differences.hpp"
#include "cli/service.hpp"
#include "cli/version_line.hpp"
#include "edge/url.hpp"

#include <diptych/json_value.hpp>
#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

namespace diptych::cli {

namespace {

// The lines are JSON already, or the server says what is wrong with them.
result<void> write_inserted(json::writer& to, what_if_request& asked) {
    auto const& file = asked.inserted_from;
    DIPTYCH_TRY(auto const text, read_input(file));
    to.key("insert").begin_array();
    std::size_t number = 0;
    for (std::string_view rest = text; !rest.empty();) {
        auto const line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        ++number;
        if (line.find_first_not_of(" \t\r") == line.npos) continue;
        json::document one;
        if (auto const read = one.read(line); !read)
            return fail(
                errc::invalid, fmt::format("{}:{}: {}", file, number, read.error().message)
            );
        to.raw(line);
        asked.line_of.push_back(number);
    }
    to.end_array();
    return {};
}

}  // namespace

result<what_if_request> what_if_request_of(view_what_if_options const& how) {
    if (how.file == "-" && how.insert == "-")
        return fail(errc::invalid, "only one of --file and --insert can be standard input (-)");
    what_if_request made{.inserted_from = how.insert};
    json::writer body;
    body.begin_object().member("differences", how.differences);
    if (!how.file.empty()) {
        DIPTYCH_TRY(auto const text, read_input(how.file));
        body.member("view", text);
    }
    if (!how.insert.empty()) {
        DIPTYCH_TRY(write_inserted(body, made));
    }
    body.key("without").begin_object().key("positions").begin_array();
    for (auto const one : how.without) body.value(one);
    body.end_array().key("types").begin_array();
    for (auto const& one : how.without_types) body.value(one);
    body.end_array().end_object();
    if (!how.as_of.empty()) body.member("as_of", how.as_of);
    body.end_object();
    made.body = std::move(body).text();
    return made;
}

error with_line(what_if_request const& asked, error why) {
    constexpr std::string_view begin = "insert/";
    if (!why.message.starts_with(begin)) return why;
    std::size_t place = 0;
    auto const* const end = why.message.data() + why.message.size();
    auto const [rest, failed] = std::from_chars(why.message.data() + begin.size(), end, place);
    if (failed != std::errc{} || place >= asked.line_of.size()) return why;
    auto what = std::string_view(rest, end);
    if (what.starts_with('/') || what.starts_with(": ")) what.remove_prefix(what[0] == '/' ? 1 : 2);
    why.message = fmt::format("{}:{}: {}", asked.inserted_from, asked.line_of[place], what);
    return why;
}

result<void> view_what_if(view_what_if_options const& how) {
    DIPTYCH_TRY(auto const asked, what_if_request_of(how));
    DIPTYCH_TRY(auto const log, open_service(how.where, need::serving_views));
    auto const answer = log->ask_well(
        {.method = "POST",
         .path = fmt::format("/views/{}/what-if", edge::percent_encode(how.name)),
         .body = asked.body},
        thinking_time::as_long_as_it_takes
    );
    if (!answer) return std::unexpected(with_line(asked, answer.error()));
    if (how.json) {
        fmt::print("{}\n", answer->body);
        return {};
    }
    DIPTYCH_TRY(auto const read, json::parse(answer->body));
    auto const said = read.root();
    fmt::print(
        "at {}: {} {} left out, {} inserted; {} rows, {} different\n",
        word_of(said, "at"),
        word_of(said, "removed"),
        word_of(said, "removed") == "1" ? "event" : "events",
        word_of(said, "inserted"),
        word_of(said, "rows"),
        word_of(said, "different")
    );
    print_differences(said, "is", "would_be");
    return {};
}

}  // namespace diptych::cli
