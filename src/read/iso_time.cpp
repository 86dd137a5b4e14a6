#include "read/iso_time.hpp"

#include <fmt/format.h>

#include <chrono>
#include <iterator>

namespace diptych::read {

namespace {

using namespace std::chrono;

// Takes exactly `digits` digits off the text; -1 if there are fewer.
int take_number(std::string_view& text, std::size_t digits) {
    if (text.size() < digits) return -1;
    int number = 0;
    for (auto const c : text.substr(0, digits)) {
        if (c < '0' || c > '9') return -1;
        number = number * 10 + (c - '0');
    }
    text.remove_prefix(digits);
    return number;
}

bool take(std::string_view& text, char c) {
    if (!text.starts_with(c)) return false;
    text.remove_prefix(1);
    return true;
}

std::optional<microseconds> take_fraction(std::string_view& text) {
    if (!take(text, '.')) return microseconds{0};
    std::int64_t us = 0;
    int digits = 0;
    for (; !text.empty() && text[0] >= '0' && text[0] <= '9'; text.remove_prefix(1), ++digits) {
        if (digits < 6)
            us = us * 10 + (text[0] - '0');
        else if (text[0] != '0')
            return {};
    }
    if (digits == 0) return {};
    for (; digits < 6; ++digits) us *= 10;
    return microseconds{us};
}

std::optional<minutes> take_zone(std::string_view& text) {
    if (take(text, 'Z') || take(text, 'z')) return minutes{0};
    auto const east = take(text, '+');
    if (!east && !take(text, '-')) return {};
    auto const hour = take_number(text, 2);
    take(text, ':');
    auto const minute = take_number(text, 2);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return {};
    return (east ? 1 : -1) * minutes{hour * 60 + minute};
}

}  // namespace

std::optional<std::int64_t> parse_time(std::string_view text) {
    auto const y = take_number(text, 4);
    if (y < 0 || !take(text, '-')) return {};
    auto const m = take_number(text, 2);
    if (m < 0 || !take(text, '-')) return {};
    auto const d = take_number(text, 2);
    if (d < 0) return {};
    auto const date = year{y} / month{static_cast<unsigned>(m)} / day{static_cast<unsigned>(d)};
    if (!date.ok()) return {};
    microseconds at = sys_days{date}.time_since_epoch();
    if (text.empty()) return at.count();

    if (!take(text, 'T') && !take(text, 't') && !take(text, ' ')) return {};
    auto const hour = take_number(text, 2);
    if (hour < 0 || hour > 23 || !take(text, ':')) return {};
    auto const minute = take_number(text, 2);
    if (minute < 0 || minute > 59) return {};
    auto second = 0;
    if (take(text, ':')) second = take_number(text, 2);
    if (second < 0 || second > 59) return {};
    auto const fraction = take_fraction(text);
    if (!fraction) return {};
    auto const zone = take_zone(text);
    if (!zone || !text.empty()) return {};
    at += hours{hour} + minutes{minute} + seconds{second} + *fraction - *zone;
    return at.count();
}

void append_time(std::string& to, std::int64_t microseconds_since) {
    auto const at = sys_time<microseconds>{microseconds{microseconds_since}};
    auto const midnight = floor<days>(at);
    auto const date = year_month_day{midnight};
    auto const time = hh_mm_ss{at - midnight};
    fmt::format_to(
        std::back_inserter(to),
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z",
        int{date.year()},
        unsigned{date.month()},
        unsigned{date.day()},
        time.hours().count(),
        time.minutes().count(),
        time.seconds().count(),
        time.subseconds().count()
    );
}

}  // namespace diptych::read
