#include "inbox/source_file.hpp"

#include "declared/file_reader.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <utility>

namespace diptych::inbox {

namespace {

using namespace std::chrono_literals;

constexpr std::int64_t held_most = 1'000'000;
constexpr declared::length_bounds wait_bounds{
    .least = 1us,
    .most = std::chrono::hours{24 * 366},
    .words = R"(up to 366 days, like "30s", "15m", "1h" or "7d")"
};

class source_reader : declared::file_reader {
public:
    explicit source_reader(std::string_view path) : file_reader(path, "inbox_file") {}

    result<source> read(std::string_view text) const {
        DIPTYCH_TRY(auto name, name_of("source"));
        DIPTYCH_TRY(auto const root, parse(text));
        source made{.name = std::move(name)};
        bool has_mode = false;
        for (auto const& [key, value] : root) {
            if (key == "mode") {
                DIPTYCH_TRY(made.mode, read_mode(value));
                has_mode = true;
            } else if (key == "wait_max") {
                DIPTYCH_TRY(made.wait_max, length_of_time(value, key, wait_bounds));
            } else if (key == "held_max") {
                DIPTYCH_TRY(auto const count, whole_number(value, key, held_most));
                made.held_max = static_cast<std::size_t>(count);
            } else if (key == "ids") {
                DIPTYCH_TRY(made.ids, read_ids(value));
            } else if (key == "after") {
                DIPTYCH_TRY(made.after, read_after(value));
            } else {
                return unknown(key, "mode, wait_max, held_max, [ids], [after.<type>]");
            }
        }
        if (!has_mode)
            return wrong(
                root.source(), "mode is missing; it is \"tolerant\", \"strict\" or \"resequence\""
            );
        DIPTYCH_TRY(check_kinds(made, root));
        return made;
    }

private:
    result<ordering> read_mode(toml::node const& value) const {
        auto const word = declared::text_of(value);
        for (auto const one : {ordering::tolerant, ordering::strict, ordering::resequence})
            if (to_string(one) == word) return one;
        return wrong(value.source(), "mode is \"tolerant\", \"strict\" or \"resequence\"");
    }

    result<std::vector<id_field>> read_ids(toml::node const& value) const {
        auto const* const table = value.as_table();
        if (table == nullptr)
            return wrong(value.source(), "ids is a table: kind = \"field of data\"");
        std::vector<id_field> all;
        for (auto const& [kind, field] : *table) {
            if (!declared::is_name(kind.str()))
                return wrong(
                    kind.source(),
                    "a kind of id has lower case letters, digits and '_', a letter first"
                );
            auto name = declared::text_of(field);
            if (name.empty())
                return wrong(field.source(), "expected the name of a field of data, as a text");
            all.push_back({.kind = std::string(kind.str()), .field = std::move(name)});
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
                made.id = declared::text_of(value);
                if (made.id.empty())
                    return wrong(value.source(), "id is a kind of [ids], as a text");
            } else {
                return unknown(key, "types, id");
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
        DIPTYCH_TRY(auto all, texts(value, "types"));
        for (auto const& one : all)
            if (one.starts_with('$'))
                return wrong(value.source(), "expected the type of an event, as a text");
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
};

}  // namespace

result<source> parse_source(std::string_view file_name, std::string_view text) {
    return source_reader(file_name).read(text);
}

}  // namespace diptych::inbox
