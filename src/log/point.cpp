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

result<position> read_as_of(std::string_view text, event_log const& of) {
    if (auto const when = parse_timestamp(text)) return of.position_at(*when);
    auto const point = read_point(text, of);
    if (point) return point->position;
    if (point.error().code != "bad_token") return std::unexpected(point.error());
    return std::unexpected(error{
        .kind = errc::invalid,
        .code = "bad_parameter",
        .message = fmt::format(
            "as_of must be a token like 1.42, a position or a time like 2026-03-01T12:30:00Z, not "
            "'{}'",
            text
        ),
        .facts = {{"parameter", R"("as_of")"}}
    });
}

}  // namespace diptych::log
