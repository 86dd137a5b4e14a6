#include "edge/append_body.hpp"

#include "edge/body_parts.hpp"

#include <diptych/json_value.hpp>
#include <diptych/try.hpp>

#include <fmt/core.h>

#include <array>

namespace diptych::edge {

namespace {

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
