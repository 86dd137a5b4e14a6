#include "edge/what_if_body.hpp"

#include "edge/body_parts.hpp"
#include "log/point.hpp"

#include <diptych/iso8601.hpp>
#include <diptych/json_value.hpp>
#include <diptych/try.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

namespace diptych::edge {

namespace {

// A number, or a text with a token or position.
result<position> place_at(json::value what, std::string const& path, event_log const& log) {
    auto const is_written = what.kind() == json::kind::integer || what.kind() == json::kind::text;
    if (!is_written) return unexpected_kind(path, "a position or a token", what);
    auto const is_text = what.kind() == json::kind::text;
    auto const point = log::read_point(is_text ? what.text() : what.raw(), log);
    if (!point) return wrong_at(path, point.error().message);
    return point->position;
}

result<read::inserted_event> parse_inserted(
    json::value one, std::string const& path, event_log const& log
) {
    static constexpr std::array<std::string_view, 2> further{"after", "recorded_at"};
    DIPTYCH_TRY(auto event, parse_event(one, path, further));
    read::inserted_event made{.after = {}, .event = std::move(event)};
    auto const after = one.find("after");
    if (!after) return wrong_at(path + "/after", "is missing: behind which position is it?");
    DIPTYCH_TRY(made.after, place_at(*after, path + "/after", log));
    if (!one.find("recorded_at")) return made;
    DIPTYCH_TRY(auto const text, text_at(one, path, "recorded_at"));
    made.recorded_at = parse_timestamp(text);
    if (!made.recorded_at)
        return wrong_at(path + "/recorded_at", "expected a time like 2026-03-01T12:30:00Z");
    return made;
}

result<void> parse_without(json::value what, event_log const& log, read::altered_history& into) {
    static constexpr std::array<std::string_view, 2> known{"positions", "types"};
    DIPTYCH_TRY(expect_object(what, "without", known));
    if (auto const all = what.find("positions")) {
        if (all->kind() != json::kind::array)
            return unexpected_kind("without/positions", "an array", *all);
        auto i = 0;
        for (auto const one : all->elements()) {
            DIPTYCH_TRY(
                auto const at, place_at(one, fmt::format("without/positions/{}", i++), log)
            );
            into.without.insert(at);
        }
    }
    DIPTYCH_TRY(auto types, texts_at(what, "without", "types"));
    into.without_types.insert(types.begin(), types.end());
    return {};
}

// Those at one place stay as they came.
std::vector<read::inserted_event> by_place(std::vector<read::inserted_event> all) {
    std::vector<std::pair<position, std::size_t>> order;
    for (auto const& one : all) order.emplace_back(one.after, order.size());
    std::ranges::sort(order);
    std::vector<read::inserted_event> sorted;
    for (auto const& [after, number] : order) sorted.push_back(std::move(all[number]));
    return sorted;
}

}  // namespace

result<what_if_body> parse_what_if(std::string_view body, event_log const& log) {
    static constexpr std::array<std::string_view, 5> known{
        "view", "insert", "without", "as_of", "differences"
    };
    json::document document;
    if (auto const read = document.read(body); !read) return wrong_at("", read.error().message);
    auto const root = document.root();
    DIPTYCH_TRY(expect_object(root, "", known));
    what_if_body made;
    if (root.find("view")) {
        DIPTYCH_TRY(made.text, text_at(root, "", "view"));
    }
    if (auto const all = root.find("insert")) {
        if (all->kind() != json::kind::array) return unexpected_kind("insert", "an array", *all);
        auto& inserted = made.otherwise.inserted;
        for (auto const one : all->elements()) {
            auto const path = fmt::format("insert/{}", inserted.size());
            DIPTYCH_TRY(auto event, parse_inserted(one, path, log));
            inserted.push_back(std::move(event));
        }
        inserted = by_place(std::move(inserted));
    }
    if (auto const without = root.find("without")) {
        DIPTYCH_TRY(parse_without(*without, log, made.otherwise));
    }
    if (auto const as_of = root.find("as_of")) {
        auto const is_text = as_of->kind() == json::kind::text;
        auto const at = log::read_as_of(is_text ? as_of->text() : as_of->raw(), log);
        if (!at) return wrong_at("as_of", at.error().message);
        made.otherwise.as_of = *at;
    }
    if (auto const most = root.find("differences")) {
        auto const is_well = most->kind() == json::kind::integer && most->integer() >= 0 &&
                             std::cmp_less_equal(most->integer(), differences_most);
        if (!is_well)
            return wrong_at(
                "differences", fmt::format("expected a number from 0 to {}", differences_most)
            );
        made.differences = static_cast<std::uint64_t>(most->integer());
    }
    return made;
}

}  // namespace diptych::edge
