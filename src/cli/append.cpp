#include "cli/commands.hpp"
#include "cli/input.hpp"
#include "cli/service.hpp"

#include <diptych/json_value.hpp>
#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace diptych::cli {

namespace {

result<std::string> request_of(append_options const& how) {
    if (!how.file.empty()) return read_input(how.file);
    for (auto const& [name, text] : {std::pair{"DATA", how.data}, {"--metadata", how.metadata}})
        if (auto const read = json::parse(text); !read)
            return fail(errc::invalid, std::string(name) + ": " + read.error().message);
    json::writer out;
    out.begin_object().key("events").begin_array().begin_object();
    out.member("stream", how.stream).member("type", how.type);
    if (!how.id.empty()) out.member("id", how.id);
    out.key("tags").begin_array();
    for (auto const& tag : how.tags) out.value(tag);
    out.end_array().raw_member("data", how.data).raw_member("metadata", how.metadata);
    out.end_object().end_array();
    if (!how.expect.empty()) {
        out.key("expect").begin_object().key(how.stream);
        if (std::ranges::all_of(how.expect, [](unsigned char c) { return std::isdigit(c) != 0; }))
            out.raw(how.expect);
        else
            out.value(how.expect);
        out.end_object();
    }
    out.end_object();
    return std::move(out).text();
}

}  // namespace

result<void> append(append_options const& how) {
    if (how.file.empty() && (how.stream.empty() || how.type.empty()))
        return fail(errc::invalid, "append needs STREAM and TYPE, or --file");
    DIPTYCH_TRY(auto body, request_of(how));
    DIPTYCH_TRY(auto const log, open_service(how.where, need::writing));
    http::request request{.method = "POST", .path = "/events", .body = std::move(body)};
    if (!how.command_id.empty()) request.headers.add("Idempotency-Key", how.command_id);
    DIPTYCH_TRY(auto const answer, log->ask_well(std::move(request)));
    if (how.json) {
        fmt::print("{}\n", answer.body);
        return {};
    }
    DIPTYCH_TRY(auto const read, json::parse(answer.body));
    auto const token = read.root().at("token");
    fmt::print("{}\n", token ? token->text() : std::string_view(answer.body));
    return {};
}

}  // namespace diptych::cli
