#include "log/conflict.hpp"

#include <diptych/json_writer.hpp>

#include <fmt/format.h>

#include <string>
#include <utility>

namespace diptych::log {

namespace {

void add_text(error& to, std::string name, std::string_view text) {
    std::string quoted;
    json::append_quoted(quoted, text);
    to.facts.emplace_back(std::move(name), std::move(quoted));
}

/// As one member, since a problem document has a "type" of its own.
void add_winner(error& to, recorded_event const& winner) {
    json::writer event;
    event.begin_object()
        .member("position", winner.position.value)
        .member("type", winner.type)
        .member("stream", winner.stream)
        .end_object();
    to.facts.emplace_back("event", std::move(event).text());
}

}  // namespace

error query_conflict(recorded_event const& winner) {
    error beaten{
        .kind = errc::conflict,
        .code = "query",
        .message = fmt::format(
            "{} in {} was recorded in between, at position {}",
            winner.type,
            winner.stream,
            winner.position.value
        ),
    };
    add_winner(beaten, winner);
    return beaten;
}

error version_conflict(
    std::string_view stream, expected_version expected, version actual, recorded_event const* winner
) {
    auto const number = expected.exact().value_or(version{});
    auto const wanted =
        number.value > 0 ? fmt::format("version {}", number.value) : to_string(expected);
    error beaten{
        .kind = errc::conflict,
        .code = "stream_version",
        .message = fmt::format(
            "{} is at version {}, not at the expected {}", stream, actual.value, wanted
        ),
    };
    add_text(beaten, "stream", stream);
    if (winner != nullptr) add_winner(beaten, *winner);
    add_text(beaten, "expected", to_string(expected));
    beaten.facts.emplace_back("actual", fmt::to_string(actual.value));
    return beaten;
}

}  // namespace diptych::log
