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
#include <string_view>
#include <utility>

namespace diptych::cli {

namespace {

// The lines are JSON already, or the server says what is wrong with them.
result<void> write_inserted(json::writer& to, std::string const& file) {
    DIPTYCH_TRY(auto const text, read_input(file));
    to.key("insert").begin_array();
    auto number = 0;
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
    }
    to.end_array();
    return {};
}

}  // namespace

result<std::string> what_if_body_of(view_what_if_options const& how) {
    if (how.file == "-" && how.insert == "-")
        return fail(errc::invalid, "only one of --file and --insert can be standard input (-)");
    json::writer body;
    body.begin_object().member("differences", how.differences);
    if (!how.file.empty()) {
        DIPTYCH_TRY(auto const text, read_input(how.file));
        body.member("view", text);
    }
    if (!how.insert.empty()) {
        DIPTYCH_TRY(write_inserted(body, how.insert));
    }
    body.key("without").begin_object().key("positions").begin_array();
    for (auto const one : how.without) body.value(one);
    body.end_array().key("types").begin_array();
    for (auto const& one : how.without_types) body.value(one);
    body.end_array().end_object();
    if (!how.as_of.empty()) body.member("as_of", how.as_of);
    body.end_object();
    return std::move(body).text();
}

result<void> view_what_if(view_what_if_options const& how) {
    DIPTYCH_TRY(auto body, what_if_body_of(how));
    DIPTYCH_TRY(auto const log, open_service(how.where, need::serving_views));
    DIPTYCH_TRY(
        auto const answer,
        log->ask_well(
            {.method = "POST",
             .path = fmt::format("/views/{}/what-if", edge::percent_encode(how.name)),
             .body = std::move(body)},
            thinking_time::as_long_as_it_takes
        )
    );
    if (how.json) {
        fmt::print("{}\n", answer.body);
        return {};
    }
    DIPTYCH_TRY(auto const read, json::parse(answer.body));
    auto const said = read.root();
    fmt::print(
        "at {}: {} events left out, {} inserted; {} rows, {} different\n",
        word_of(said, "at"),
        word_of(said, "removed"),
        word_of(said, "inserted"),
        word_of(said, "rows"),
        word_of(said, "different")
    );
    print_differences(said, "is", "would_be");
    return {};
}

}  // namespace diptych::cli
