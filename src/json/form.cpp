#include <diptych/event.hpp>
#include <diptych/json_form.hpp>

#include <cmath>

namespace diptych::json {
namespace {

void append_number(std::string& to, auto number) {
    char digits[32];
    auto const end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    to.append(digits, end);
}

/// Appends a time or a date, which have four digits for the year.
void append_quoted_time(std::string& to, auto when) {
    auto const year =
        std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(when)}.year();
    if (year < std::chrono::year{0} || year > std::chrono::year{9999})
        throw not_writable("a time outside the years 0 to 9999");
    to += '"';
    append_iso8601(to, when);
    to += '"';
}

/// Reads a text that `parse` understands.
template <class T>
bool read_parsed(
    reader& in, std::optional<T> (*parse)(std::string_view), std::string_view what, T& to
) {
    auto const before = in.place();
    std::string_view text;
    if (!in.read_text(text)) return false;
    auto const parsed = parse(text);
    if (!parsed) return in.expected_at(before, what);
    to = *parsed;
    return true;
}

}  // namespace

void write_text(std::string& to, std::string_view text) {
    if (!is_utf8(text)) throw not_writable("a text that is not UTF-8");
    append_quoted(to, text);
}

void write_real(std::string& to, double number) {
    if (!std::isfinite(number)) throw not_writable("a number that is not finite");
    append_number(to, number);
}

void write_integer(std::string& to, std::int64_t number) { append_number(to, number); }
void write_time(std::string& to, timestamp when) { append_quoted_time(to, when); }
void write_date(std::string& to, std::chrono::sys_days day) { append_quoted_time(to, day); }
void write_natural(std::string& to, std::uint64_t number) { append_number(to, number); }

std::size_t find_name(std::span<std::string_view const> names, std::string_view name) {
    if (name.empty()) return names.size();
    std::size_t index = 0;
    while (index < names.size() && names[index] != name) ++index;
    return index;
}

std::vector<std::string> list_names(std::span<std::string_view const> names) {
    std::vector<std::string> list;
    for (auto const name : names)
        if (!name.empty()) list.emplace_back(name);
    return list;
}

bool read_name(reader& in, std::span<std::string_view const> names, std::size_t& index) {
    auto const before = in.place();
    std::string_view text;
    if (!in.read_text(text)) return false;
    index = find_name(names, text);
    if (index < names.size()) return true;
    std::string known;
    for (auto const& name : list_names(names)) known += (known.empty() ? "" : ", ") + name;
    return in.expected_at(before, "one of " + known);
}

bool check_id(reader& in, std::string_view kind, std::string_view text) {
    if (in.how().ids_named && text.empty())
        return in.fail("invalid_value", "expected the id of a thing, found an empty text");
    if (in.how().ids_named && kind.size() + 1 + text.size() > name_size_max)
        return in.fail(
            "invalid_value",
            "expected an id of at most " + std::to_string(name_size_max - kind.size() - 1) +
                " bytes, found " + std::to_string(text.size())
        );
    return true;
}

bool read_id(reader& in, std::string_view kind, std::string& to) {
    std::string_view text;
    if (!in.read_text(text) || !check_id(in, kind, text)) return false;
    to.assign(text);
    return true;
}

bool read_time(reader& in, timestamp& to) {
    return read_parsed(in, parse_timestamp, "a time like \"2026-03-01T12:00:00Z\"", to);
}

bool read_date(reader& in, std::chrono::sys_days& to) {
    return read_parsed(in, parse_date, "a date like \"2026-03-01\"", to);
}

bool read_duration(reader& in, std::chrono::microseconds& to) {
    return read_parsed(in, parse_duration, "a duration like \"PT15M\"", to);
}

}  // namespace diptych::json
