#include "read/create_parse.hpp"

#include "read/json_path.hpp"
#include "read/rewrite.hpp"
#include "read/suggest.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <charconv>

namespace diptych::read {

namespace {

std::vector<std::string> names_of(table const& of) {
    std::vector<std::string> names;
    for (auto const& column : of.columns) names.push_back(column.name);
    return names;
}

class table_parser {
public:
    explicit table_parser(token_cursor& tokens) : tokens_(tokens) {}

    result<table> parse() {
        DIPTYCH_TRY(tokens_.expect("create"));
        DIPTYCH_TRY(tokens_.expect("table"));
        auto const begin = tokens_.offset();
        DIPTYCH_TRY(made_.name, tokens_.name("the table's name"));
        DIPTYCH_TRY(tokens_.expect("("));
        do DIPTYCH_TRY(element());
        while (tokens_.take(","));
        DIPTYCH_TRY(tokens_.expect(")"));
        if (!tokens_.at_end())
            return tokens_.fail(
                "nothing may follow the table's ')': the engine adds what a database needs"
            );
        if (made_.key.empty())
            return fail_at(tokens_.in(), begin, "table '" + made_.name + "' needs a primary key");
        DIPTYCH_TRY(check_expressions());
        for (auto& column : made_.columns) {
            if (std::ranges::find(made_.key, column.name) == made_.key.end()) continue;
            column.required = true;
            if (column.type.kind == column_kind::json || column.type.kind == column_kind::blob)
                return fail_at(
                    tokens_.in(),
                    begin,
                    "column '" + column.name + "' of the key can not be " + to_string(column.type)
                );
        }
        return std::move(made_);
    }

private:
    result<void> element() {
        if (tokens_.take("primary")) {
            DIPTYCH_TRY(tokens_.expect("key"));
            DIPTYCH_TRY(auto key, column_list());
            return set_key(std::move(key));
        }
        if (tokens_.take("unique")) {
            DIPTYCH_TRY(auto columns, column_list());
            made_.unique.push_back(std::move(columns));
            return {};
        }
        if (tokens_.take("check")) return check();
        if (tokens_.peek().is("foreign") || tokens_.peek().is("constraint"))
            return unsupported("no foreign keys and no names for constraints in views");
        return column_definition();
    }

    result<void> column_definition() {
        auto const begin = tokens_.offset();
        column one;
        DIPTYCH_TRY(one.name, tokens_.name("a column's name"));
        if (made_.find(one.name) != nullptr)
            return fail_at(tokens_.in(), begin, "column '" + one.name + "' is there twice");
        DIPTYCH_TRY(one.type, parse_column_type(tokens_));
        while (!tokens_.at_end() && !tokens_.peek().is(",") && !tokens_.peek().is(")"))
            DIPTYCH_TRY(constraint(one));
        made_.columns.push_back(std::move(one));
        return {};
    }

    result<void> constraint(column& of) {
        if (tokens_.take("not")) {
            DIPTYCH_TRY(tokens_.expect("null"));
            of.required = true;
            return {};
        }
        if (tokens_.take("null")) return {};
        if (tokens_.take("primary")) {
            DIPTYCH_TRY(tokens_.expect("key"));
            return set_key({of.name});
        }
        if (tokens_.take("unique")) {
            made_.unique.push_back({of.name});
            return {};
        }
        if (tokens_.take("check")) return check();
        if (tokens_.take("default")) return initial(of);
        return unsupported("expected not null, primary key, unique, default or check");
    }

    result<void> initial(column& of) {
        auto const minus = tokens_.take("-");
        auto const& literal = tokens_.next();
        auto const word = literal.is("true") || literal.is("false") || literal.is("null");
        if (literal.kind != token_kind::number && literal.kind != token_kind::string && !word)
            return fail_at(tokens_.in(), literal.offset, "a default is a literal");
        DIPTYCH_TRY(of.initial, stored_literal(tokens_.in(), literal, of.type));
        if (minus) of.initial.insert(0, "-");
        return {};
    }

    result<void> check() {
        DIPTYCH_TRY(auto const expression, tokens_.parenthesized());
        checks_.push_back(expression);
        return {};
    }

    // Only now are all columns known.
    result<void> check_expressions() {
        for (auto const expression : checks_) {
            DIPTYCH_TRY(auto sql, rewrite_expression(tokens_.in(), expression, made_));
            made_.checks.push_back(std::move(sql));
        }
        return {};
    }

    result<void> set_key(std::vector<std::string> key) {
        if (!made_.key.empty()) return tokens_.fail("there is a primary key already");
        made_.key = std::move(key);
        return {};
    }

    // The columns of a table constraint stand behind them all, as SQL wants it.
    result<std::vector<std::string>> column_list() {
        std::vector<std::string> list;
        DIPTYCH_TRY(tokens_.expect("("));
        do {
            auto const at = tokens_.offset();
            DIPTYCH_TRY(auto name, tokens_.name("a column's name"));
            if (made_.find(name) == nullptr)
                return fail_at(
                    tokens_.in(),
                    at,
                    "no column '" + name + "' in table '" + made_.name + "'" +
                        did_you_mean(name, names_of(made_))
                );
            list.push_back(std::move(name));
        } while (tokens_.take(","));
        DIPTYCH_TRY(tokens_.expect(")"));
        return list;
    }

    std::unexpected<error> unsupported(std::string_view why) {
        return tokens_.fail(std::string{why} + ", found " + tokens_.shown());
    }

    token_cursor& tokens_;
    table made_;
    std::vector<std::span<lexed const>> checks_;
};

}  // namespace

result<column_type> parse_column_type(token_cursor& tokens) {
    auto const begin = tokens.offset();
    DIPTYCH_TRY(auto const word, tokens.name("a column type"));
    auto const kind = kind_of(word);
    if (!kind)
        return fail_at(
            tokens.in(),
            begin,
            "'" + word + "' is no column type; there are " + std::string{column_types_listed()}
        );
    if (*kind != column_kind::decimal) return column_type{.kind = *kind};

    DIPTYCH_TRY(tokens.expect("("));
    auto const digits = tokens.next();
    int scale = -1;
    std::from_chars(digits.text.data(), digits.text.data() + digits.text.size(), scale);
    if (digits.kind != token_kind::number || scale < 0 || scale > scale_max)
        return fail_at(tokens.in(), digits.offset, "decimal(n) has 0 to 18 digits after the point");
    DIPTYCH_TRY(tokens.expect(")"));
    return column_type{.kind = *kind, .scale = scale};
}

result<table> parse_create_table(token_cursor& tokens) { return table_parser{tokens}.parse(); }

namespace {

// `-> 'address' ->> 'city'` behind a json column.
result<std::vector<std::string>> parse_keys(token_cursor& tokens, column const& of) {
    std::vector<std::string> keys;
    auto is_value = false;
    while (!is_value && (tokens.peek().is("->") || tokens.peek().is("->>"))) {
        if (of.type.kind != column_kind::json)
            return tokens.fail(
                "column '" + of.name + "' is " + to_string(of.type) +
                ": only json has values inside"
            );
        is_value = tokens.next().is("->>");
        auto const& literal = tokens.next();
        auto const is_text = literal.kind == token_kind::string && literal.text.starts_with('\'');
        std::string key;
        for (std::size_t i = 1; is_text && i + 1 < literal.text.size(); ++i) {
            key += literal.text[i];
            if (literal.text[i] == '\'') ++i;
        }
        auto const fault = is_text ? fault_of_key(key) : "expected a key, as in ->> 'city'";
        if (!fault.empty()) return fail_at(tokens.in(), literal.offset, fault);
        if (key.starts_with('$'))
            return fail_at(
                tokens.in(),
                literal.offset,
                "a key stands behind an arrow, no path: write -> 'address' ->> 'city'"
            );
        if (keys.size() == path_keys_max)
            return fail_at(
                tokens.in(),
                literal.offset,
                "there are at most " + std::to_string(path_keys_max) + " keys"
            );
        keys.push_back(std::move(key));
    }
    if (!keys.empty() && !is_value)
        return tokens.fail("the arrow before the last key is '->>': it leads to a value");
    return keys;
}

}  // namespace

result<index> parse_create_index(token_cursor& tokens, std::span<table const> tables) {
    index made;
    DIPTYCH_TRY(tokens.expect("create"));
    made.unique = tokens.take("unique");
    DIPTYCH_TRY(tokens.expect("index"));
    DIPTYCH_TRY(made.name, tokens.name("the index's name"));
    DIPTYCH_TRY(tokens.expect("on"));
    auto const at = tokens.offset();
    DIPTYCH_TRY(made.table, tokens.name("the table's name"));
    auto const on = std::ranges::find(tables, made.table, &table::name);
    if (on == tables.end())
        return fail_at(tokens.in(), at, "no table '" + made.table + "' stands before this index");
    DIPTYCH_TRY(tokens.expect("("));
    do {
        auto const begin = tokens.offset();
        DIPTYCH_TRY(auto name, tokens.name("a column's name"));
        if (on->find(name) == nullptr)
            return fail_at(
                tokens.in(),
                begin,
                "no column '" + name + "' in table '" + on->name + "'" +
                    did_you_mean(name, names_of(*on))
            );
        DIPTYCH_TRY(auto keys, parse_keys(tokens, *on->find(name)));
        auto const descending = tokens.take("desc");
        if (!descending) tokens.take("asc");
        made.columns.push_back(
            {.name = std::move(name), .keys = std::move(keys), .descending = descending}
        );
    } while (tokens.take(","));
    DIPTYCH_TRY(tokens.expect(")"));
    if (tokens.take("where")) {
        DIPTYCH_TRY(made.where, rewrite_expression(tokens.in(), tokens.rest(), *on));
    }
    if (!tokens.at_end()) return tokens.fail("expected where or ';', found " + tokens.shown());
    return made;
}

}  // namespace diptych::read
