#include <diptych/position.hpp>

#include <charconv>

namespace diptych {

std::string to_string(token const& point) {
    return std::to_string(point.epoch.value) + '.' + std::to_string(point.position.value);
}

result<token> parse_token(std::string_view text) {
    token point;
    auto const* const end = text.data() + text.size();
    auto const [dot, first] = std::from_chars(text.data(), end, point.epoch.value);
    if (first == std::errc{} && dot != end && *dot == '.') {
        auto const [stop, second] = std::from_chars(dot + 1, end, point.position.value);
        if (second == std::errc{} && stop == end && point.epoch.value > 0) return point;
    }
    return fail(
        errc::invalid,
        "malformed_token",
        "a token is written epoch.position, like 1.42, not \"" + std::string(text) + "\""
    );
}

}  // namespace diptych
