#include "declared/file_reader.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace diptych::declared {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t name_most = 64;

/// Nothing if it is no such length, or longer than `most`.
std::optional<std::chrono::microseconds> parse_length(
    std::string_view text, std::chrono::microseconds most
) {
    static constexpr std::array<std::pair<std::string_view, std::chrono::microseconds>, 5> units{
        {{"ms", 1ms}, {"s", 1s}, {"m", 1min}, {"h", 1h}, {"d", 24h}}
    };
    std::int64_t count = 0;
    auto const* const end = text.data() + text.size();
    auto const [rest, fault] = std::from_chars(text.data(), end, count);
    if (fault != std::errc{} || count < 0) return {};
    auto const unit = std::string_view(rest, static_cast<std::size_t>(end - rest));
    for (auto const& [name, length] : units)
        if (name == unit && count <= most / length) return length * count;
    return {};
}

}  // namespace

bool is_name(std::string_view text) {
    auto const fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    };
    return !text.empty() && text.size() <= name_most && std::ranges::all_of(text, fits) &&
           !(text[0] >= '0' && text[0] <= '9');
}

std::string text_of(toml::node const& value) {
    return value.value_exact<std::string>().value_or("");
}

std::optional<std::string> plain_text_of(toml::node const& value) {
    if (auto text = value.value_exact<std::string>()) return text;
    if (auto const number = value.value_exact<std::int64_t>()) return std::to_string(*number);
    if (auto const yes = value.value_exact<bool>()) return std::string(*yes ? "true" : "false");
    return {};
}

result<std::string> file_reader::name_of(std::string_view what) const {
    auto name = path_.substr(path_.find_last_of('/') + 1);
    if (name.ends_with(".toml")) name.remove_suffix(5);
    if (is_name(name)) return std::string(name);
    return fail(
        errc::invalid,
        std::string(code_),
        fmt::format(
            "{}: the file's name is the {}'s: lower case letters, digits and '_', a letter first, "
            "and .toml",
            path_,
            what
        )
    );
}

result<toml::table> file_reader::parse(std::string_view text) const {
    try {
        return toml::parse(text, path_);
    } catch (toml::parse_error const& fault) {
        return wrong(fault.source(), fault.description());
    }
}

std::unexpected<error> file_reader::wrong(toml::source_region const& at, std::string_view what)
    const {
    return fail(
        errc::invalid,
        std::string(code_),
        fmt::format("{}:{}:{}: {}", path_, at.begin.line, at.begin.column, what)
    );
}

std::unexpected<error> file_reader::unknown(toml::key const& key, std::string_view there_are)
    const {
    return wrong(
        key.source(), fmt::format("there is no '{}' here; there are {}", key.str(), there_are)
    );
}

result<std::int64_t> file_reader::whole_number(
    toml::node const& value, std::string_view key, std::int64_t most
) const {
    auto const number = value.value_exact<std::int64_t>();
    if (number && *number >= 1 && *number <= most) return *number;
    return wrong(value.source(), fmt::format("{} is a whole number from 1 to {}", key, most));
}

result<std::chrono::microseconds> file_reader::length_of_time(
    toml::node const& value, std::string_view key, length_bounds const& bounds
) const {
    auto const length = parse_length(text_of(value), bounds.most);
    if (length && *length >= bounds.least) return *length;
    return wrong(value.source(), fmt::format("{} is a length of time {}", key, bounds.words));
}

result<std::vector<std::string>> file_reader::texts(toml::node const& value, std::string_view key)
    const {
    std::vector<std::string> all;
    auto const* const list = value.as_array();
    if (list == nullptr || list->empty())
        return wrong(value.source(), fmt::format("{} is a list of texts, with at least one", key));
    for (auto const& one : *list) {
        all.push_back(text_of(one));
        if (all.back().empty())
            return wrong(one.source(), fmt::format("{} is a list of texts", key));
    }
    return all;
}

}  // namespace diptych::declared
