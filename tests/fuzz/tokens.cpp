// Tokens, Last-Event-ID, times and ids as they come in URLs and headers, each on a line.
#include "edge/parameters.hpp"
#include "fuzz/target.hpp"
#include "log/memory/memory_engine.hpp"
#include "log/point.hpp"
#include "log/sequenced_log.hpp"
#include "read/decimal.hpp"

#include <diptych/iso8601.hpp>
#include <diptych/uuid.hpp>

namespace diptych::fuzz {

namespace {

class no_time final : public clock {
    timestamp now() override { return {}; }
};
class no_luck final : public random_source {
    std::uint64_t next() override { return ++count_; }
    std::uint64_t count_ = 0;
};

/// A log of five events.
event_log const& short_log() {
    static no_time time;
    static no_luck random;
    static auto const log = [] {
        auto kept = std::make_unique<log::memory::memory_engine>(
            std::make_shared<log::memory::store>(uuid{{1}})
        );
        auto made = log::sequenced_log::open(std::move(kept), time, random).or_throw();
        std::vector<event_data> const five(5, {.stream = "a-1", .type = "t"});
        made->append(append_request{.events = five}).or_throw();
        return made;
    }();
    return *log;
}

void check_token(std::string_view text) {
    auto const point = parse_token(text);
    if (point) require(*parse_token(to_string(*point)) == *point, "a token is read as written");
    auto const quoted = edge::read_token_header('"' + std::string(text) + "\" ", "If-Match");
    if (point) require(quoted && *quoted == *point, "a header may put a token in quotes");
    auto const end = short_log().end();
    auto const start = log::read_point(text, short_log());
    if (start) require(*start <= end, "a point from which to read is one that there is");
    if (!start) require(start.error().kind == errc::invalid, "any other is invalid");
    auto const as_of =
        edge::as_of_parameter({.query = {{"as_of", std::string(text)}}}, short_log());
    if (start) require(as_of && **as_of == start->position, "as_of takes tokens and positions");
}

template <class T>
void check_iso8601(std::optional<T> (*parse)(std::string_view), std::string_view text) {
    auto const value = parse(text);
    if (!value) return;
    std::string written;
    append_iso8601(written, *value);
    require(parse(written) == value, "a time is read as it is written");
}

void check_decimal(std::string_view text) {
    for (auto const scale : {0, 2, 18}) {
        auto const value = read::parse_decimal(text, scale);
        if (!value) continue;
        std::string written;
        read::append_decimal(written, *value, scale);
        require(read::parse_decimal(written, scale) == value, "a decimal is read as written");
    }
}

}  // namespace

void tokens(std::string_view input) {
    for (pieces in{input}; !in.rest.empty();) {
        auto const text = in.line();
        check_token(text);
        check_iso8601(parse_timestamp, text);
        check_iso8601(parse_date, text);
        check_iso8601(parse_duration, text);
        check_decimal(text);
        if (auto const id = parse_uuid(text))
            require(*parse_uuid(to_string(*id)) == *id, "an id is read as it is written");
        http::request const asked{
            .query = {{"n", std::string(text)}}, .headers = {{"If-None-Match", text}}
        };
        auto const number = edge::number_parameter(asked, {"n", 1, 512}, 7);
        if (number) require(*number >= 1 && *number <= 512, "a number lies in its range");
        for (auto const& one : edge::list_parameter(asked, "n"))
            require(!one.empty() && !one.contains(','), "a list has no empty values");
        if (edge::is_known_to_client(asked, "\"e\""))
            require(text.contains("\"e\"") || text.contains('*'), "a tag is known if it is there");
    }
}

}  // namespace diptych::fuzz
