#include "log/request_check.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <tuple>

namespace diptych::log {

namespace {

constexpr std::size_t names_bytes_max = append_bytes_max;  // of all names and tags of an append
constexpr std::size_t query_names_max = 10'000;

auto wrong(std::string code, std::string const& path, std::string const& why) {
    auto failure = fail(errc::invalid, std::move(code), path + ": " + why);
    std::string quoted;
    json::append_quoted(quoted, path);
    failure.error().facts.emplace_back("path", std::move(quoted));
    return failure;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= name_size_max && std::ranges::none_of(text, is_control);
}

// Says what is wrong with a name that is none.
auto bad_name(std::string_view name, std::string const& path) {
    if (name.empty()) return wrong("bad_name", path, "a name must not be empty");
    if (name.size() > name_size_max)
        return wrong(
            "bad_name",
            path,
            fmt::format("a name has at most {} bytes, not {}", name_size_max, name.size())
        );
    return wrong("bad_name", path, "a name must not contain control characters");
}

result<void> check_event(event_data const& event, std::size_t i) {
    if (!is_name(event.stream)) return bad_name(event.stream, fmt::format("events/{}/stream", i));
    if (!is_name(event.type)) return bad_name(event.type, fmt::format("events/{}/type", i));
    for (std::size_t tag = 0; tag < event.tags.size(); ++tag)
        if (!is_name(event.tags[tag]))
            return bad_name(event.tags[tag], fmt::format("events/{}/tags/{}", i, tag));
    if (event.tags.size() <= tags_max) return {};
    return wrong(
        "too_many_tags",
        fmt::format("events/{}/tags", i),
        fmt::format("an event has at most {} tags, not {}", tags_max, event.tags.size())
    );
}

result<void> check_sizes(append_request const& request) {
    if (request.events.size() > append_events_max)
        return wrong(
            "too_many_events",
            "events",
            fmt::format(
                "an append has at most {} events, not {}", append_events_max, request.events.size()
            )
        );
    std::size_t bytes = 0;
    std::size_t names = 0;
    for (auto const& event : request.events) {
        bytes += event.data.size() + event.metadata.size();
        names += event.stream.size() + event.type.size();
        for (auto const& tag : event.tags) names += 1 + tag.size();
    }
    if (bytes > append_bytes_max)
        return wrong(
            "too_large",
            "events",
            fmt::format("an append has at most {} bytes of data, not {}", append_bytes_max, bytes)
        );
    if (names > names_bytes_max)
        return wrong(
            "too_large",
            "events",
            fmt::format("an append has at most {} bytes of names, not {}", names_bytes_max, names)
        );
    if (request.answer.size() > append_bytes_max)
        return wrong(
            "too_large",
            "answer",
            fmt::format(
                "an answer has at most {} bytes, not {}", append_bytes_max, request.answer.size()
            )
        );
    return {};
}

result<void> check_ids(append_request const& request) {
    std::set<std::tuple<uuid, std::string_view>> given;
    for (auto const& event : request.events)
        if (!event.id.is_nil() && !given.emplace(event.id, event.stream).second)
            return wrong(
                "event_id_reused",
                "events",
                fmt::format("two events of {} have the id {}", event.stream, to_string(event.id))
            );
    return {};
}

result<void> check_query(query const& what) {
    std::size_t names = 0;
    for (auto const& item : what.items) names += item.types.size() + item.tags.size();
    if (what.items.size() > query_names_max || names > query_names_max)
        return wrong(
            "too_large",
            "unless/query",
            fmt::format("a query has at most {} items and names", query_names_max)
        );
    return {};
}

result<void> check_command(command_key const& key) {
    if (key.id.empty()) return wrong("bad_name", "command/id", "a command id must not be empty");
    if (key.id.size() > name_size_max || key.caller.size() > name_size_max)
        return wrong(
            "bad_name",
            "command",
            fmt::format("a caller and a command id have at most {} bytes each", name_size_max)
        );
    return {};
}

}  // namespace

result<void> check(append_request const& request) {
    DIPTYCH_TRY(check_sizes(request));
    for (std::size_t i = 0; i < request.events.size(); ++i)
        DIPTYCH_TRY(check_event(request.events[i], i));
    for (auto const& [stream, expected] : request.expect)
        if (!is_name(stream)) return bad_name(stream, "expect");
    if (request.unless) {
        DIPTYCH_TRY(check_query(request.unless->what));
    }
    if (request.command) {
        DIPTYCH_TRY(check_command(*request.command));
    }
    return check_ids(request);
}

}  // namespace diptych::log
