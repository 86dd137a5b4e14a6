#include "edge/append_body.hpp"

#include "json/one_line.hpp"

#include <diptych/json_value.hpp>
#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <span>

namespace diptych::edge {

namespace {

std::unexpected<error> wrong_at(std::string const& path, std::string_view what) {
    std::string quoted;
    json::append_quoted(quoted, path);
    return std::unexpected(error{
        .kind = errc::invalid,
        .code = "bad_body",
        .message = path.empty() ? std::string(what) : fmt::format("{}: {}", path, what),
        .facts = {{"path", quoted}}
    });
}

std::unexpected<error> unexpected_kind(
    std::string const& path, std::string_view wanted, json::value found
) {
    return wrong_at(
        path, fmt::format("expected {}, found {}", wanted, json::to_string(found.kind()))
    );
}

result<void> expect_object(
    json::value what, std::string const& path, std::span<std::string_view const> known
) {
    if (what.kind() != json::kind::object) return unexpected_kind(path, "an object", what);
    for (auto const [name, value] : what.members()) {
        if (std::ranges::find(known, name) != known.end()) continue;
        std::string all;
        for (auto const one : known) all.append(all.empty() ? "" : ", ").append(one);
        auto const place = path.empty() ? std::string(name) : path + "/" + std::string(name);
        return wrong_at(
            place, fmt::format("there is no member '{}' here; there are {}", name, all)
        );
    }
    return {};
}

result<std::string> text_at(json::value in, std::string const& path, std::string_view name) {
    auto const place = path + "/" + std::string(name);
    auto const found = in.find(name);
    if (!found) return wrong_at(place, "is missing");
    if (found->kind() != json::kind::text) return unexpected_kind(place, "a text", *found);
    if (found->text().empty()) return wrong_at(place, "is empty");
    return std::string(found->text());
}

result<std::vector<std::string>> texts_at(
    json::value in, std::string const& path, std::string_view name
) {
    std::vector<std::string> all;
    auto const place = path + "/" + std::string(name);
    auto const found = in.find(name);
    if (!found) return all;
    if (found->kind() != json::kind::array) return unexpected_kind(place, "an array", *found);
    for (auto const one : found->elements()) {
        auto const here = fmt::format("{}/{}", place, all.size());
        if (one.kind() != json::kind::text) return unexpected_kind(here, "a text", one);
        if (one.text().empty()) return wrong_at(here, "is empty");
        all.emplace_back(one.text());
    }
    return all;
}

/// The text of an object, as it was written but on one line; "{}" if it is not there. An event that
/// is exported line by line and imported again is then the same, byte by byte.
result<std::string> object_at(json::value in, std::string const& path, std::string_view name) {
    auto const found = in.find(name);
    if (!found) return std::string("{}");
    if (found->kind() != json::kind::object)
        return unexpected_kind(path + "/" + std::string(name), "an object", *found);
    return json::on_one_line(found->raw());
}

result<event_data> parse_event(json::value one, std::string const& path) {
    static constexpr std::array<std::string_view, 6> known{
        "id", "stream", "type", "tags", "data", "metadata"
    };
    DIPTYCH_TRY(expect_object(one, path, known));
    DIPTYCH_TRY(auto stream, text_at(one, path, "stream"));
    DIPTYCH_TRY(auto type, text_at(one, path, "type"));
    if (is_engine_type(type))
        return wrong_at(path + "/type", "types that start with '$' are the engine's");
    DIPTYCH_TRY(auto tags, texts_at(one, path, "tags"));
    DIPTYCH_TRY(auto data, object_at(one, path, "data"));
    DIPTYCH_TRY(auto metadata, object_at(one, path, "metadata"));
    uuid id;
    if (one.find("id")) {
        DIPTYCH_TRY(auto const text, text_at(one, path, "id"));
        auto const parsed = parse_uuid(text);
        if (!parsed) return wrong_at(path + "/id", parsed.error().message);
        id = *parsed;
    }
    return event_data{
        .stream = std::move(stream),
        .type = std::move(type),
        .tags = std::move(tags),
        .data = std::move(data),
        .metadata = std::move(metadata),
        .id = id
    };
}

result<expected_version> parse_expected(json::value what, std::string const& path) {
    if (what.kind() == json::kind::integer && what.integer() >= 0)
        return expected_version::exactly(version{static_cast<std::uint64_t>(what.integer())});
    if (what.kind() == json::kind::text) {
        if (what.text() == "any") return expected_version::any();
        if (what.text() == "no_stream") return expected_version::no_stream();
        if (what.text() == "exists") return expected_version::exists();
    }
    return wrong_at(path, R"(expected a version, "any", "no_stream" or "exists")");
}

result<unless_recorded> parse_unless(json::value what) {
    static constexpr std::array<std::string_view, 2> known{"query", "after"};
    static constexpr std::array<std::string_view, 2> known_of_item{"types", "tags"};
    DIPTYCH_TRY(expect_object(what, "unless", known));
    unless_recorded unless;
    auto const items = what.find("query");
    if (!items) return wrong_at("unless/query", "is missing");
    if (items->kind() != json::kind::array)
        return unexpected_kind("unless/query", "an array", *items);
    for (auto const one : items->elements()) {
        auto const path = fmt::format("unless/query/{}", unless.what.items.size());
        DIPTYCH_TRY(expect_object(one, path, known_of_item));
        DIPTYCH_TRY(auto types, texts_at(one, path, "types"));
        DIPTYCH_TRY(auto tags, texts_at(one, path, "tags"));
        unless.what.items.push_back({.types = std::move(types), .tags = std::move(tags)});
    }
    if (unless.what.items.empty()) return wrong_at("unless/query", "needs at least one item");
    if (!what.find("after")) return unless;  // nothing of the kind was ever recorded
    DIPTYCH_TRY(auto const text, text_at(what, "unless", "after"));
    auto const after = parse_token(text);
    if (!after) return wrong_at("unless/after", after.error().message);
    unless.after = *after;
    return unless;
}

}  // namespace

result<append_request> parse_append(std::string_view body) {
    static constexpr std::array<std::string_view, 3> known{"events", "expect", "unless"};
    json::document document;
    if (auto const read = document.read(body); !read) return wrong_at("", read.error().message);
    auto const root = document.root();
    DIPTYCH_TRY(expect_object(root, "", known));

    append_request request;
    auto const events = root.find("events");
    if (!events) return wrong_at("events", "is missing");
    if (events->kind() != json::kind::array) return unexpected_kind("events", "an array", *events);
    for (auto const one : events->elements()) {
        DIPTYCH_TRY(auto event, parse_event(one, fmt::format("events/{}", request.events.size())));
        request.events.push_back(std::move(event));
    }
    if (auto const expect = root.find("expect")) {
        if (expect->kind() != json::kind::object)
            return unexpected_kind("expect", "an object", *expect);
        for (auto const [stream, what] : expect->members()) {
            DIPTYCH_TRY(auto const wanted, parse_expected(what, "expect/" + std::string(stream)));
            request.expect.insert_or_assign(std::string(stream), wanted);
        }
    }
    if (auto const unless = root.find("unless")) {
        DIPTYCH_TRY(request.unless, parse_unless(*unless));
    }
    return request;
}

}  // namespace diptych::edge
