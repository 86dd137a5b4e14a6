#include "read/decimal.hpp"

#include <charconv>
#include <limits>

namespace diptych::read {

namespace {

// Puts another digit behind, towards -infinity, which reaches one further than +infinity.
bool push_digit(std::int64_t& negative, int digit) {
    return !__builtin_mul_overflow(negative, std::int64_t{10}, &negative) &&
           !__builtin_sub_overflow(negative, std::int64_t{digit}, &negative);
}

}  // namespace

std::optional<std::int64_t> parse_decimal(std::string_view text, int scale) {
    auto const minus = text.starts_with('-');
    if (minus) text.remove_prefix(1);
    long exponent = 0;
    if (auto const e = text.find_first_of("eE"); e != text.npos) {
        auto digits = text.substr(e + 1);
        if (digits.starts_with('+')) digits.remove_prefix(1);
        auto const read = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
        if (read.ec != std::errc{} || read.ptr != digits.data() + digits.size()) return {};
        if (exponent > 1000 || exponent < -1000) return {};
        text = text.substr(0, e);
    }
    auto const point = std::min(text.find('.'), text.size());
    auto const whole = text.substr(0, point);
    auto const part = point < text.size() ? text.substr(point + 1) : std::string_view{};
    if (whole.empty() && part.empty()) return {};

    // Digits that count: those before the point, shifted by exponent and scale.
    auto const counted = static_cast<long>(whole.size()) + exponent + scale;
    auto const all = static_cast<long>(whole.size() + part.size());
    std::int64_t negative = 0;
    for (long i = 0; i < std::max(all, counted); ++i) {
        auto const at = static_cast<std::size_t>(i);
        auto const c = i >= all ? '0' : at < whole.size() ? whole[at] : part[at - whole.size()];
        if (c < '0' || c > '9') return {};
        if (i >= counted) {
            if (c != '0') return {};  // a digit behind the last that there is room for
        } else if (!push_digit(negative, c - '0')) {
            return {};
        }
    }
    if (minus) return negative;
    if (negative == std::numeric_limits<std::int64_t>::min()) return {};
    return -negative;
}

void append_decimal(std::string& to, std::int64_t scaled, int scale) {
    auto magnitude = scaled < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(scaled)
                                : static_cast<std::uint64_t>(scaled);
    if (scaled < 0) to += '-';
    auto digits = std::to_string(magnitude);
    auto const wanted = static_cast<std::size_t>(scale) + 1;
    if (digits.size() < wanted) digits.insert(0, wanted - digits.size(), '0');
    to.append(digits, 0, digits.size() - static_cast<std::size_t>(scale));
    if (scale == 0) return;
    to += '.';
    to.append(digits, digits.size() - static_cast<std::size_t>(scale));
}

}  // namespace diptych::read
