#include "money.hpp"

#include <charconv>
#include <optional>
#include <stdexcept>
#include <string_view>

namespace conference {

namespace {

// "12", "12.5" and "-12.50"; nullopt for anything else.
std::optional<money> parse(std::string_view text) {
    auto const is_negative = text.starts_with('-');
    if (is_negative) text.remove_prefix(1);
    auto const point = text.find('.');
    auto const whole = text.substr(0, point);
    auto const part = point == text.npos ? std::string_view{"0"} : text.substr(point + 1);
    if (whole.empty() || whole.size() > 10 || part.empty() || part.size() > 2) return {};
    if (text.find_first_not_of("0123456789.") != text.npos || part.find('.') != part.npos)
        return {};
    std::int64_t units = 0;
    std::int64_t cents = 0;
    std::from_chars(whole.data(), whole.data() + whole.size(), units);
    std::from_chars(part.data(), part.data() + part.size(), cents);
    auto const all = units * 100 + (part.size() == 1 ? cents * 10 : cents);
    if (all > money_max.cents) return {};
    return money{is_negative ? -all : all};
}

}  // namespace

money share_of(money amount, int percent) {
    auto const exact = amount.cents * percent;
    auto const down = exact / 100;
    auto const rest = exact % 100;
    auto const is_up = rest > 50 || (rest == 50 && down % 2 != 0);
    return {is_up ? down + 1 : down};
}

std::string to_text(money amount) {
    auto const positive = amount.cents < 0 ? -amount.cents : amount.cents;
    auto text = std::to_string(positive / 100) + "." + (positive % 100 < 10 ? "0" : "") +
                std::to_string(positive % 100);
    return amount.cents < 0 ? "-" + text : text;
}

std::string draw_access_code(diptych::environment const& surroundings) {
    static constexpr std::string_view signs = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    static_assert(signs.size() == 32);
    std::string code;
    for (auto number = surroundings.random(); code.size() < 6; number >>= 5)
        code += signs[number % signs.size()];
    return code;
}

}  // namespace conference

namespace diptych::json {

bool form<conference::money>::read(reader& in, conference::money& to) {
    auto const place = in.place();
    std::string_view raw;
    if (!in.skip(raw)) return false;
    if (raw.size() > 1 && raw.front() == '"') raw = raw.substr(1, raw.size() - 2);
    auto const amount = conference::parse(raw);
    if (!amount) return in.expected_at(place, "an amount of money such as \"120.50\"");
    to = *amount;
    return true;
}

void form<conference::money>::write(std::string& to, conference::money what) {
    if (what > conference::money_max || what < conference::money{} - conference::money_max)
        throw std::range_error(conference::to_text(what) + " is more money than can be read again");
    write_text(to, conference::to_text(what));
}

}  // namespace diptych::json
