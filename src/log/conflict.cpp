#include "log/conflict.hpp"

#include <diptych/json_writer.hpp>

#include <fmt/format.h>

#include <string>

namespace diptych::log {

namespace {

void add_text(error& to, std::string name, std::string_view text) {
    std::string quoted;
    json::append_quoted(quoted, text);
    to.facts.emplace_back(std::move(name), std::move(quoted));
}

void add_winner(error& to, recorded_event const& winner) {
    to.facts.emplace_back("position", fmt::to_string(winner.position.value));
    add_text(to, "type", winner.type);
    add_text(to, "stream", winner.stream);
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
    error beaten{
        .kind = errc::conflict,
        .code = "stream_version",
        .message = fmt::format(
            "{} is at version {}, not at the expected {}", stream, actual.value, to_string(expected)
        ),
    };
    if (winner != nullptr)
        add_winner(beaten, *winner);
    else
        add_text(beaten, "stream", stream);
    add_text(beaten, "expected", to_string(expected));
    beaten.facts.emplace_back("actual", fmt::to_string(actual.value));
    return beaten;
}

}  // namespace diptych::log
