// The only file that includes toml++: it is dear to compile.
#include "inbox/source_file.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <utility>

namespace diptych::inbox {

namespace {

using namespace std::chrono_literals;

constexpr std::int64_t held_most = 1'000'000;
constexpr std::chrono::microseconds wait_most = std::chrono::hours{24 * 366};

bool is_word(std::string_view text) {
    auto const fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    };
    return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, fits) &&
           !(text[0] >= '0' && text[0] <= '9');
}

std::string list_of(std::initializer_list<std::string_view> words) {
    std::string all;
    for (auto const one : words) all.append(all.empty() ? "" : ", ").append(one);
    return all;
}

/// "1h", "90s", "250ms". Nothing if it is no such length, or one beyond a year.
std::optional<std::chrono::microseconds> parse_length(std::string_view text) {
    static constexpr std::array<std::pair<std::string_view, std::chrono::microseconds>, 5> units{
        {{"ms", 1ms}, {"s", 1s}, {"m", 1min}, {"h", 1h}, {"d", 24h}}
    };
    std::int64_t count = 0;
    auto const* const end = text.data() + text.size();
    auto const [rest, fault] = std::from_chars(text.data(), end, count);
    if (fault != std::errc{} || count < 0) return {};
    auto const unit = std::string_view(rest, static_cast<std::size_t>(end - rest));
    for (auto const& [name, length] : units)
        if (name == unit) {
            if (count > wait_most / length) return {};
            return length * count;
        }
    return {};
}

class source_reader {
public:
    explicit source_reader(std::string_view file) : file_(file) {}

    result<source> read(toml::table const& root, std::string name) {
        source made{.name = std::move(name)};
        bool has_mode = false;
        for (auto const& [key, value] : root) {
            if (key == "mode") {
                DIPTYCH_TRY(made.mode, read_mode(value));
                has_mode = true;
            } else if (key == "wait_max") {
                DIPTYCH_TRY(made.wait_max, read_length(value));
            } else if (key == "held_max") {
                auto const count = value.value_exact<std::int64_t>();
                if (!count || *count < 1 || *count > held_most)
                    return wrong(
                        value.source(),
                        fmt::format("held_max is a whole number from 1 to {}", held_most)
                    );
                made.held_max = static_cast<std::size_t>(*count);
            } else if (key == "ids") {
                DIPTYCH_TRY(made.ids, read_ids(value));
            } else if (key == "after") {
                DIPTYCH_TRY(made.after, read_after(value));
            } else {
                return unknown(key, {"mode", "wait_max", "held_max", "[ids]", "[after.<type>]"});
            }
        }
        if (!has_mode)
            return wrong(
                root.source(), "mode is missing; it is \"tolerant\", \"strict\" or \"resequence\""
            );
        DIPTYCH_TRY(check_kinds(made, root));
        return made;
    }

    std::unexpected<error> wrong(toml::source_region const& at, std::string_view what) const {
        return fail(
            errc::invalid,
            "inbox_file",
            fmt::format("{}:{}:{}: {}", file_, at.begin.line, at.begin.column, what)
        );
    }

private:
    std::unexpected<error> unknown(
        toml::key const& key, std::initializer_list<std::string_view> allowed
    ) const {
        return wrong(
            key.source(),
            fmt::format("there is no '{}' here; there are {}", key.str(), list_of(allowed))
        );
    }

    result<ordering> read_mode(toml::node const& value) const {
        auto const word = value.value_exact<std::string_view>().value_or("");
        for (auto const one : {ordering::tolerant, ordering::strict, ordering::resequence})
            if (to_string(one) == word) return one;
        return wrong(value.source(), "mode is \"tolerant\", \"strict\" or \"resequence\"");
    }

    result<std::chrono::microseconds> read_length(toml::node const& value) const {
        auto const length = parse_length(value.value_exact<std::string_view>().value_or(""));
        if (length && *length > 0us) return *length;
        return wrong(
            value.source(),
            "wait_max is a length of time up to 366 days, like \"30s\", \"15m\", \"1h\" or \"7d\""
        );
    }

    result<std::vector<id_field>> read_ids(toml::node const& value) const {
        auto const* const table = value.as_table();
        if (table == nullptr)
            return wrong(value.source(), "ids is a table: kind = \"field of data\"");
        std::vector<id_field> all;
        for (auto const& [kind, field] : *table) {
            if (!is_word(kind.str()))
                return wrong(
                    kind.source(),
                    "a kind of id has lower case letters, digits and '_', a letter first"
                );
            auto const name = field.value_exact<std::string>();
            if (!name || name->empty())
                return wrong(field.source(), "expected the name of a field of data, as a text");
            all.push_back({.kind = std::string(kind.str()), .field = *name});
        }
        return all;
    }

    result<std::vector<prerequisite>> read_after(toml::node const& value) const {
        auto const* const table = value.as_table();
        if (table == nullptr)
            return wrong(value.source(), "after has a table for each type: [after.<type>]");
        std::vector<prerequisite> all;
        for (auto const& [type, of] : *table) {
            auto name = std::string(type.str());
            auto const is_prefix = name.ends_with('*');
            if (is_prefix) name.pop_back();
            if (name.empty() || name.contains('*') || name.starts_with('$'))
                return wrong(
                    type.source(),
                    "expected a type of message, or its beginning and a '*': [after.\"ticket_*\"]"
                );
            auto const* const rule = of.as_table();
            if (rule == nullptr) return wrong(of.source(), "expected a table with types and id");
            DIPTYCH_TRY(auto one, read_rule(*rule));
            one.type = std::move(name);
            one.is_prefix = is_prefix;
            all.push_back(std::move(one));
        }
        return all;
    }

    result<prerequisite> read_rule(toml::table const& rule) const {
        prerequisite made{.type = {}, .types = {}, .id = {}};
        for (auto const& [key, value] : rule) {
            if (key == "types") {
                DIPTYCH_TRY(made.types, read_types(value));
            } else if (key == "id") {
                made.id = value.value_exact<std::string>().value_or("");
                if (made.id.empty())
                    return wrong(value.source(), "id is a kind of [ids], as a text");
            } else {
                return unknown(key, {"types", "id"});
            }
        }
        if (made.types.empty())
            return wrong(
                rule.source(),
                "types is missing: a list of the types of which one must have been recorded"
            );
        if (made.id.empty())
            return wrong(rule.source(), "id is missing: the kind of id that both are about");
        return made;
    }

    result<std::vector<std::string>> read_types(toml::node const& value) const {
        std::vector<std::string> all;
        auto const* const list = value.as_array();
        if (list == nullptr || list->empty())
            return wrong(value.source(), "types is a list of texts, with at least one");
        for (auto const& one : *list) {
            auto const name = one.value_exact<std::string>();
            if (!name || name->empty() || name->starts_with('$'))
                return wrong(one.source(), "expected the type of an event, as a text");
            all.push_back(*name);
        }
        return all;
    }

    result<void> check_kinds(source const& made, toml::table const& root) const {
        for (auto const& one : made.after) {
            if (std::ranges::any_of(made.ids, [&](auto const& id) { return id.kind == one.id; }))
                continue;
            std::string kinds;
            for (auto const& id : made.ids) kinds.append(kinds.empty() ? "" : ", ").append(id.kind);
            auto const* const rule =
                root["after"][one.is_prefix ? one.type + "*" : one.type].node();
            return wrong(
                rule != nullptr ? rule->source() : root.source(),
                fmt::format(
                    "id '{}' is no kind of [ids]; there {}",
                    one.id,
                    kinds.empty() ? "are none" : "are " + kinds
                )
            );
        }
        return {};
    }

    std::string_view file_;
};

}  // namespace

result<source> parse_source(std::string_view file_name, std::string_view text) {
    auto name = file_name.substr(file_name.find_last_of('/') + 1);
    if (name.ends_with(".toml")) name.remove_suffix(5);
    source_reader reader(file_name);
    if (!is_word(name))
        return fail(
            errc::invalid,
            "inbox_file",
            fmt::format(
                "{}: the file's name is the source's: lower case letters, digits and '_', a letter "
                "first, and .toml",
                file_name
            )
        );
    try {
        return reader.read(toml::parse(text, file_name), std::string(name));
    } catch (toml::parse_error const& fault) {
        return reader.wrong(fault.source(), fault.description());
    }
}

}  // namespace diptych::inbox
