#include "write/client_conflict.hpp"

#include <diptych/json_writer.hpp>

#include <algorithm>
#include <utility>

namespace diptych::write {

namespace {

constexpr std::size_t listed_max = 100;

std::string as_json(std::string_view text) {
    std::string json;
    json::append_quoted(json, text);
    return json;
}

std::string list_of(page const& events) {
    json::writer out;
    out.begin_array();
    for (auto const& event : events.events().first(std::min(events.size(), listed_max)))
        out.begin_object()
            .member("position", event.position.value)
            .member("type", event.type)
            .member("stream", event.stream)
            .member("version", event.version.value)
            .end_object();
    out.end_array();
    return std::move(out).text();
}

}  // namespace

error client_conflict(event_log const& log, attempt const& of, error const& cause) {
    error conflict{
        .kind = errc::conflict,
        .code = "changed",
        .message = "what " + describe(of) + " looks at has changed since " +
                   to_string(*of.options.if_match),
        .facts = cause.facts
    };
    conflict.facts.emplace_back("after", as_json(to_string(*of.options.if_match)));
    conflict.facts.emplace_back("end", as_json(to_string(log.end())));
    if (!of.looked_at) return conflict;
    auto const between = log.read(
        {.what = *of.looked_at, .after = of.options.if_match->position, .limit = listed_max + 1}
    );
    if (!between) return conflict;
    conflict.facts.emplace_back("events", list_of(*between));
    if (between->size() > listed_max) conflict.facts.emplace_back("more", "true");
    return conflict;
}

}  // namespace diptych::write
