#include "read/query_value.hpp"

#include "read/decimal.hpp"
#include "read/iso_time.hpp"

#include <charconv>
#include <cmath>

namespace diptych::read {

namespace {

template <class Number>
std::optional<cell> number(std::string_view text) {
    Number value{};
    auto const* const end = text.data() + text.size();
    auto const read = std::from_chars(text.data(), end, value);
    if (text.empty() || read.ec != std::errc{} || read.ptr != end) return {};
    if constexpr (std::is_floating_point_v<Number>)
        if (!std::isfinite(value)) return {};
    return cell{value};
}

std::optional<cell> optional_cell(std::optional<std::int64_t> value) {
    if (!value) return {};
    return cell{*value};
}

constexpr int wildcards_max = 8;  // matching takes time to the power of their number

}  // namespace

std::optional<cell> stored_value(std::string_view text, column_type as) {
    switch (as.kind) {
        case column_kind::text:
            return cell{std::string{text}};
        case column_kind::integer:
            return number<std::int64_t>(text);
        case column_kind::real:
            return number<double>(text);
        case column_kind::decimal:
            return optional_cell(parse_decimal(text, as.scale));
        case column_kind::timestamp:
            return optional_cell(parse_time(text));
        case column_kind::boolean:
            if (text == "true") return cell{std::int64_t{1}};
            if (text == "false") return cell{std::int64_t{0}};
            return {};
        case column_kind::json:
        case column_kind::blob:
            return {};
    }
    return {};
}

std::optional<cell> json_number(std::string_view text) {
    auto const unsigned_part = text.substr(text.starts_with('-') ? 1 : 0);
    auto const is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (unsigned_part.empty() || !is_digit(unsigned_part.front())) return {};
    if (unsigned_part.front() == '0' && unsigned_part.size() > 1 && is_digit(unsigned_part[1]))
        return {};
    if (text.ends_with('.') || text.contains(".e") || text.contains(".E")) return {};
    if (auto whole = number<std::int64_t>(text)) return whole;
    return number<double>(text);
}

std::string value_hint(column_type as) {
    switch (as.kind) {
        case column_kind::integer:
            return "an integer";
        case column_kind::real:
            return "a number";
        case column_kind::decimal:
            return "a number with at most " + std::to_string(as.scale) + " digits after the point";
        case column_kind::timestamp:
            return "a time like 2026-03-01T12:30:00Z";
        case column_kind::boolean:
            return "true or false";
        default:
            return "a " + to_string(as);
    }
}

std::optional<std::string> glob_of(std::string_view like) {
    std::string pattern;
    int wildcards = 0;
    for (auto const c : like) {
        if (c == '%' || c == '*') {
            if (++wildcards > wildcards_max) return {};
            pattern += '*';
        } else if (c == '_') {
            pattern += '?';
        } else if (c == '?' || c == '[') {
            pattern += std::string{'['} + c + ']';
        } else {
            pattern += c;
        }
    }
    return pattern;
}

std::optional<std::vector<std::string>> split_list(std::string_view text) {
    if (!text.starts_with('(') || !text.ends_with(')') || text.size() < 3) return {};
    text = text.substr(1, text.size() - 2);
    std::vector<std::string> list(1);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == ',') {
            list.emplace_back();
            continue;
        }
        if (text[i] != '"') {
            list.back() += text[i];
            continue;
        }
        for (++i; i < text.size() && text[i] != '"'; ++i) {
            if (text[i] == '\\' && i + 1 < text.size()) ++i;
            list.back() += text[i];
        }
        if (i == text.size()) return {};
    }
    return list;
}

}  // namespace diptych::read
