#include <diptych/iso8601.hpp>

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <iterator>

namespace diptych {
namespace {

// NOLINTNEXTLINE(google-build-using-namespace): this file is about nothing else
using namespace std::chrono;

/// Takes text apart from its front.
class scanner {
public:
    explicit scanner(std::string_view text) : rest_(text) {}

    bool take(char c) {
        if (rest_.empty() || rest_[0] != c) return false;
        rest_.remove_prefix(1);
        return true;
    }
    /// Exactly `count` digits.
    std::optional<int> digits(std::size_t count) {
        int value = 0;
        if (rest_.size() < count) return std::nullopt;
        for (std::size_t i = 0; i < count; ++i) {
            if (rest_[i] < '0' || rest_[i] > '9') return std::nullopt;
            value = value * 10 + (rest_[i] - '0');
        }
        rest_.remove_prefix(count);
        return value;
    }
    std::optional<std::int64_t> number() {
        std::int64_t value = 0;
        if (rest_.empty() || rest_[0] == '-') return std::nullopt;
        auto const [end, problem] =
            std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
        if (problem != std::errc{}) return std::nullopt;
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        return value;
    }
    /// A fraction of a second behind its point, at least one digit.
    std::optional<microseconds> fraction() {
        std::int64_t value = 0;
        std::size_t count = 0;
        for (; !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9';
             rest_.remove_prefix(1), ++count)
            if (count < 6) value = value * 10 + (rest_[0] - '0');
        if (count == 0) return std::nullopt;
        for (; count < 6; ++count) value *= 10;
        return microseconds{value};
    }
    bool empty() const { return rest_.empty(); }

private:
    std::string_view rest_;
};

std::optional<sys_days> take_date(scanner& in) {
    auto const y = in.digits(4);
    if (!y || !in.take('-')) return std::nullopt;
    auto const m = in.digits(2);
    if (!m || !in.take('-')) return std::nullopt;
    auto const d = in.digits(2);
    if (!d) return std::nullopt;
    year_month_day const date{
        year{*y}, month{static_cast<unsigned>(*m)}, day{static_cast<unsigned>(*d)}
    };
    if (!date.ok()) return std::nullopt;
    return sys_days{date};
}

std::optional<minutes> take_clock(scanner& in) {
    auto const h = in.digits(2);
    if (!h || *h > 23 || !in.take(':')) return std::nullopt;
    auto const m = in.digits(2);
    if (!m || *m > 59) return std::nullopt;
    return hours{*h} + minutes{*m};
}

std::optional<minutes> take_offset(scanner& in) {
    if (in.take('Z')) return minutes{0};
    auto const west = in.take('-');
    if (!west && !in.take('+')) return std::nullopt;
    auto const ahead = take_clock(in);
    if (!ahead) return std::nullopt;
    return west ? -*ahead : *ahead;
}

void append_fraction(std::string& to, std::int64_t below_second) {
    if (below_second != 0) fmt::format_to(std::back_inserter(to), ".{:06}", below_second);
}

/// A number and its unit as microseconds; nothing if that does not fit.
std::optional<microseconds> times(std::int64_t count, microseconds unit) {
    std::int64_t product = 0;
    if (__builtin_mul_overflow(count, unit.count(), &product)) return std::nullopt;
    return microseconds{product};
}

}  // namespace

void append_iso8601(std::string& to, timestamp when) {
    auto const date = floor<days>(when);
    hh_mm_ss const time{when - date};
    append_iso8601(to, date);
    fmt::format_to(
        std::back_inserter(to),
        "T{:02}:{:02}:{:02}",
        time.hours().count(),
        time.minutes().count(),
        time.seconds().count()
    );
    append_fraction(to, time.subseconds().count());
    to += 'Z';
}

void append_iso8601(std::string& to, sys_days date) {
    year_month_day const parts{date};
    fmt::format_to(
        std::back_inserter(to),
        "{:04}-{:02}-{:02}",
        static_cast<int>(parts.year()),
        static_cast<unsigned>(parts.month()),
        static_cast<unsigned>(parts.day())
    );
}

void append_iso8601(std::string& to, microseconds length) {
    if (length < microseconds{0}) to += '-';
    hh_mm_ss const parts{length};
    auto const out = std::back_inserter(to);
    to += "PT";
    auto const before = to.size();
    if (parts.hours().count() != 0) fmt::format_to(out, "{}H", parts.hours().count());
    if (parts.minutes().count() != 0) fmt::format_to(out, "{}M", parts.minutes().count());
    if (to.size() != before && parts.seconds().count() == 0 && parts.subseconds().count() == 0)
        return;
    fmt::format_to(out, "{}", parts.seconds().count());
    append_fraction(to, parts.subseconds().count());
    to += 'S';
}

std::optional<timestamp> parse_timestamp(std::string_view text) {
    scanner in{text};
    auto const date = take_date(in);
    if (!date || !in.take('T')) return std::nullopt;
    auto const clock = take_clock(in);
    if (!clock || !in.take(':')) return std::nullopt;
    auto const second = in.digits(2);
    if (!second || *second > 59) return std::nullopt;
    microseconds below{0};
    if (in.take('.')) {
        auto const fraction = in.fraction();
        if (!fraction) return std::nullopt;
        below = *fraction;
    }
    auto const offset = take_offset(in);
    if (!offset || !in.empty()) return std::nullopt;
    auto const when = timestamp{*date + *clock + seconds{*second} + below - *offset};
    // In UTC it may fall out of the years that can be written with four digits.
    auto const year = year_month_day{floor<days>(when)}.year();
    if (year < std::chrono::year{0} || year > std::chrono::year{9999}) return std::nullopt;
    return when;
}

std::optional<sys_days> parse_date(std::string_view text) {
    scanner in{text};
    auto const date = take_date(in);
    if (!in.empty()) return std::nullopt;
    return date;
}

std::optional<microseconds> parse_duration(std::string_view text) {
    struct unit {
        char letter;
        microseconds length;
        bool of_time;
    };
    constexpr unit units[] = {
        {'W', weeks{1}, false},
        {'D', days{1}, false},
        {'H', hours{1}, true},
        {'M', minutes{1}, true},
        {'S', seconds{1}, true},
    };
    scanner in{text};
    auto const negative = in.take('-');
    if (!in.take('P')) return std::nullopt;
    microseconds sum{0};
    bool time = false;
    bool any = false;
    auto const* next = std::begin(units);
    while (!in.empty()) {
        if (!time && in.take('T')) time = true;
        auto const count = in.number();
        if (!count) return std::nullopt;
        microseconds below{0};
        auto const fractional = in.take('.');
        if (fractional) {
            auto const fraction = in.fraction();
            if (!fraction) return std::nullopt;
            below = *fraction;
        }
        while (next != std::end(units) && (next->of_time != time || !in.take(next->letter))) ++next;
        if (next == std::end(units) || (fractional && next->letter != 'S')) return std::nullopt;
        auto const part = times(*count, next->length);
        std::int64_t total = 0;
        if (!part || __builtin_add_overflow(sum.count(), part->count(), &total))
            return std::nullopt;
        if (__builtin_add_overflow(total, below.count(), &total)) return std::nullopt;
        sum = microseconds{total};
        ++next;
        any = true;
    }
    if (!any) return std::nullopt;
    return negative ? -sum : sum;
}

}  // namespace diptych
