#include "edge/parameters.hpp"

#include "log/point.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace diptych::edge {

namespace {

std::optional<std::uint64_t> read_number(std::string_view text) {
    std::uint64_t number = 0;
    auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

}  // namespace

std::unexpected<error> wrong_parameter(std::string_view name, std::string message) {
    std::string quoted;
    json::append_quoted(quoted, name);
    return std::unexpected(error{
        .kind = errc::invalid,
        .code = "bad_parameter",
        .message = std::move(message),
        .facts = {{"parameter", quoted}}
    });
}

result<void> expect_parameters(http::request const& asked, std::vector<std::string> const& known) {
    for (auto const& [name, value] : asked.query) {
        if (std::ranges::find(known, name) != known.end()) continue;
        std::string all;
        for (auto const& one : known) all += (all.empty() ? "" : ", ") + one;
        return wrong_parameter(
            name, fmt::format("there is no parameter '{}' here; there are {}", name, all)
        );
    }
    return {};
}

result<std::uint64_t> number_parameter(
    http::request const& asked, number_range const& of, std::uint64_t otherwise
) {
    auto const text = asked.query_value(of.name);
    if (!text) return otherwise;
    auto const number = read_number(*text);
    if (number && *number >= of.least && *number <= of.most) return *number;
    return wrong_parameter(
        of.name,
        fmt::format(
            "{} must be a whole number from {} to {}, not '{}'", of.name, of.least, of.most, *text
        )
    );
}

result<diptych::direction> direction_parameter(http::request const& asked) {
    auto const text = asked.query_value("direction").value_or("forward");
    if (text == "forward") return direction::forward;
    if (text == "backward") return direction::backward;
    return wrong_parameter(
        "direction", fmt::format("direction must be forward or backward, not '{}'", text)
    );
}

result<bool> flag_parameter(http::request const& asked, std::string_view name) {
    auto const text = asked.query_value(name).value_or("false");
    if (text == "true") return true;
    if (text == "false") return false;
    return wrong_parameter(name, fmt::format("{} must be true or false, not '{}'", name, text));
}

std::vector<std::string> list_parameter(http::request const& asked, std::string_view name) {
    std::vector<std::string> all;
    for (auto const& [given, value] : asked.query) {
        if (given != name) continue;
        std::string_view rest = value;
        while (!rest.empty()) {
            auto const one = rest.substr(0, rest.find(','));
            rest.remove_prefix(std::min(rest.size(), one.size() + 1));
            if (!one.empty()) all.emplace_back(one);
        }
    }
    return all;
}

result<std::optional<position>> as_of_parameter(http::request const& asked, event_log const& log) {
    auto const text = asked.query_value("as_of");
    if (!text) return std::optional<position>{};
    DIPTYCH_TRY(auto const at, log::read_as_of(*text, log));
    return std::optional{at};
}

result<token> read_token_header(std::string_view text, std::string_view header) {
    auto inner = trimmed(text);
    if (inner.size() >= 2 && inner.starts_with('"') && inner.ends_with('"'))
        inner = inner.substr(1, inner.size() - 2);
    auto const point = parse_token(inner);
    if (point) return *point;
    return fail(errc::invalid, "bad_token", fmt::format("{}: {}", header, point.error().message));
}

bool is_known_to_client(http::request const& asked, std::string_view etag) {
    auto rest = asked.header("If-None-Match").value_or("");
    while (!rest.empty()) {
        auto one = trimmed(rest.substr(0, rest.find(',')));
        rest.remove_prefix(
            std::min(rest.size(), rest.find(',') == rest.npos ? rest.size() : rest.find(',') + 1)
        );
        if (one.starts_with("W/")) one.remove_prefix(2);
        if (one == etag || one == "*") return true;
    }
    return false;
}

}  // namespace diptych::edge
