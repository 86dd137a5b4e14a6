#include "log/point.hpp"

#include <diptych/iso8601.hpp>
#include <diptych/try.hpp>

#include <fmt/core.h>

#include <charconv>
#include <cstdint>

namespace diptych::log {

result<token> read_point(std::string_view text, event_log const& of) {
    std::uint64_t number = 0;
    auto const* const end = text.data() + text.size();
    auto const [stopped, failed] = std::from_chars(text.data(), end, number);
    if (failed == std::errc{} && stopped == end) {
        auto const last = of.end();
        if (number <= last.position.value) return token{last.epoch, position{number}};
        return fail(
            errc::invalid,
            "future_token",
            fmt::format("position {} is beyond the end of the log, {}", number, to_string(last))
        );
    }
    auto const point = parse_token(text);
    if (!point) return fail(errc::invalid, "bad_token", point.error().message);
    DIPTYCH_TRY(of.check(*point));
    return *point;
}

result<position> read_as_of(
    std::string_view text, event_log const& of, std::string_view parameter
) {
    if (auto const when = parse_timestamp(text)) return of.position_at(*when);
    auto const point = read_point(text, of);
    if (point) return point->position;
    if (point.error().code != "bad_token") return std::unexpected(point.error());
    return std::unexpected(error{
        .kind = errc::invalid,
        .code = "bad_parameter",
        .message = fmt::format(
            "{} must be a token like 1.42, a position or a time like 2026-03-01T12:30:00Z, not "
            "'{}'",
            parameter,
            text
        ),
        .facts = {{"parameter", fmt::format("\"{}\"", parameter)}}
    });
}

result<token> token_at(position at, event_log const& of) {
    if (at.value == 0) return token{.epoch = of.end().epoch, .position = at};
    DIPTYCH_TRY(
        auto const page,
        of.read({.what = {.engine_events = true}, .after = at - 1, .up_to = at, .limit = 1})
    );
    if (!page.empty()) return token{.epoch = page[0].epoch, .position = at};
    return fail(
        errc::corrupt, "no_such_position", fmt::format("the log has no position {}", at.value)
    );
}

}  // namespace diptych::log
