#include "read/cursor.hpp"

#include "log/hash.hpp"
#include "read/base64.hpp"

#include <bit>
#include <optional>

namespace diptych::read {

namespace {

void put_number(std::string& to, std::uint64_t number, int bytes) {
    for (int i = 0; i < bytes; ++i) to += static_cast<char>(number >> (8 * i) & 0xff);
}

bool take_number(std::string_view& from, std::uint64_t& number, std::size_t bytes) {
    if (from.size() < bytes) return false;
    number = 0;
    for (std::size_t i = bytes; i-- > 0;)
        number = number << 8 | static_cast<unsigned char>(from[i]);
    from.remove_prefix(bytes);
    return true;
}

void put_text(std::string& to, std::string_view text) {
    put_number(to, text.size(), 4);
    to += text;
}

void put(std::string& to, cell const& value) {
    to += static_cast<char>(value.index());
    if (auto const* const integer = std::get_if<std::int64_t>(&value)) {
        put_number(to, static_cast<std::uint64_t>(*integer), 8);
    } else if (auto const* const real = std::get_if<double>(&value)) {
        put_number(to, std::bit_cast<std::uint64_t>(*real), 8);
    } else if (auto const* const text = std::get_if<std::string>(&value)) {
        put_text(to, *text);
    }
}

std::optional<cell> take(std::string_view& from) {
    if (from.empty()) return {};
    auto const kind = from.front();
    from.remove_prefix(1);
    std::uint64_t number = 0;
    switch (kind) {
        case 0:
            return cell{};
        case 1:
            if (!take_number(from, number, 8)) return {};
            return cell{static_cast<std::int64_t>(number)};
        case 2:
            if (!take_number(from, number, 8)) return {};
            return cell{std::bit_cast<double>(number)};
        case 3: {
            if (!take_number(from, number, 4) || number > from.size()) return {};
            auto text = std::string{from.substr(0, number)};
            from.remove_prefix(number);
            return cell{std::move(text)};
        }
        default:
            return {};
    }
}

void put_target(std::string& to, target const& what) {
    put_text(to, what.of->name);
    put_number(to, what.keys.size(), 1);
    for (auto const& key : what.keys) put_text(to, key);
}

void put_condition(std::string& to, condition const& what) {
    put_number(to, static_cast<std::uint64_t>(what.is), 1);
    put_number(to, what.negated, 1);
    put_number(to, what.parts.size(), 4);
    for (auto const& part : what.parts) put_condition(to, part);
    if (what.is != condition::kind::one) return;
    put_target(to, what.what.on);
    put_number(to, static_cast<std::uint64_t>(what.what.how), 1);
    put_number(to, what.what.values.size(), 4);
    for (auto const& value : what.what.values) put(to, value);
}

std::uint32_t checksum(std::string_view bytes, std::uint32_t seal) {
    return log::crc32c(seal, bytes);
}

}  // namespace

std::uint32_t cursor_seal(view_query const& of, std::string_view version) {
    std::string text{"cursor 2 "};
    text += version;
    text += '\n';
    for (auto const& one : of.where) put_condition(text, one);
    text += '\n';
    for (auto const& group : of.search.value_or(search_terms{})) {
        for (auto const* const list : {&group.all, &group.none}) {
            put_number(text, list->size(), 4);
            for (auto const& word : *list) put_text(text, word);
        }
    }
    text += '\n';
    for (auto const& term : of.order) {
        put_target(text, term.by);
        text += term.descending ? '-' : '+';
    }
    return log::crc32c(0, text);
}

std::string write_cursor(std::vector<cell> const& row, std::uint32_t seal) {
    std::string bytes;
    for (auto const& value : row) put(bytes, value);
    put_number(bytes, checksum(bytes, seal), 4);
    return to_base64url(bytes);
}

result<std::vector<cell>> read_cursor(
    std::string_view text, std::uint32_t seal, std::size_t columns
) {
    auto const refused = [] {
        return fail(
            errc::invalid,
            "cursor",
            "the cursor belongs to another query or another version of the view; begin without it"
        );
    };
    auto const bytes = from_base64(text);
    if (!bytes || bytes->size() < 4) return refused();
    auto rest = std::string_view{*bytes};
    auto sum = rest.substr(rest.size() - 4);
    rest.remove_suffix(4);
    std::uint64_t given = 0;
    take_number(sum, given, 4);
    if (given != checksum(rest, seal)) return refused();
    std::vector<cell> row;
    while (!rest.empty()) {
        auto value = take(rest);
        if (!value) return refused();
        row.push_back(*std::move(value));
    }
    if (row.size() != columns) return refused();
    return row;
}

}  // namespace diptych::read
