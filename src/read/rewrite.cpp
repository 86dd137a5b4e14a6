#include "read/rewrite.hpp"

#include "read/decimal.hpp"
#include "read/iso_time.hpp"
#include "read/places.hpp"
#include "read/products.hpp"
#include "read/suggest.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace diptych::read {

namespace {

std::vector<std::string> split(std::string_view dotted) {
    std::vector<std::string> parts;
    while (true) {
        auto const dot = std::min(dotted.find('.'), dotted.size());
        parts.emplace_back(dotted.substr(0, dot));
        if (dot == dotted.size()) return parts;
        dotted.remove_prefix(dot + 1);
    }
}

constexpr std::array<std::pair<std::string_view, binding_source>, 9> engine_names{{
    {"$position", binding_source::position},
    {"$stream", binding_source::stream},
    {"$version", binding_source::version},
    {"$recorded_at", binding_source::recorded_at},
    {"$type", binding_source::type},
    {"$id", binding_source::id},
    {"$tags", binding_source::tags},
    {"$metadata", binding_source::metadata},
    {"$index", binding_source::ordinal},
}};

result<binding> engine_binding(
    source const& in, lexed const& token, std::vector<std::string> path, std::size_t levels
) {
    std::vector<std::string> known;
    for (auto const& [name, from] : engine_names) {
        known.emplace_back(":" + std::string{name});
        if (name != path.front()) continue;
        if (path.size() > 1 && from != binding_source::metadata)
            return fail_at(in, token.offset, ":" + path.front() + " has no parts");
        if (from == binding_source::ordinal && levels == 0)
            return fail_at(in, token.offset, ":$index needs an @each before its statement");
        path.erase(path.begin());
        auto const level = from == binding_source::ordinal ? levels - 1 : 0;
        return binding{
            .from = from, .path = std::move(path), .offset = token.offset, .level = level
        };
    }
    return fail_at(
        in,
        token.offset,
        "unknown :" + path.front() + did_you_mean(":" + path.front(), known) + " Known are " +
            listed(known)
    );
}

result<binding> read_binding(source const& in, lexed const& token, std::span<each const> through) {
    auto path = split(token.text);
    if (path.front().starts_with('$'))
        return engine_binding(in, token, std::move(path), through.size());
    auto const in_each = std::ranges::find(through, path.front(), &each::name);
    if (in_each == through.end())
        return binding{
            .from = binding_source::field, .path = std::move(path), .offset = token.offset
        };
    path.erase(path.begin());
    return binding{
        .from = binding_source::element,
        .path = std::move(path),
        .offset = token.offset,
        .level = static_cast<std::size_t>(in_each - through.begin()),
    };
}

void append_token(std::string& sql, std::string_view text) {
    // No blank around '.', so that `excluded.name` reads as it was written.
    if (!sql.empty() && text != "." && sql.back() != '.') sql += ' ';
    sql += text;
}

result<std::string> token_text(
    source const& in, lexed const& token, std::optional<column_type> met
) {
    switch (token.kind) {
        case token_kind::quoted:
            return quoted_name(token.text);
        case token_kind::number:
        case token_kind::string:
            return met ? stored_literal(in, token, *met) : token.text;
        default:
            return token.text;
    }
}

result<void> check_clear(source const& in, lexed const& token, meeting const& at) {
    if (!at.unclear_for) return {};
    return fail_at(
        in,
        token.offset,
        (token.kind == token_kind::binding ? ":" : "") + token.text + " may have to become " +
            to_string(*at.unclear_for) +
            ", but does not meet the column plainly; compare or assign it directly"
    );
}

result<void> check_kind(source const& in, std::span<lexed const> tokens) {
    constexpr std::array<std::string_view, 4> allowed{"insert", "update", "delete", "replace"};
    auto const& first = tokens.front();
    if (!std::ranges::any_of(allowed, [&](auto word) { return first.is(word); }))
        return fail_at(
            in,
            first.offset,
            "an @on takes insert, update, delete or replace statements, not '" + first.text + "'"
        );
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i)
        if (tokens[i].is("or") && (tokens[i + 1].is("rollback") || tokens[i + 1].is("fail")) &&
            (i == 1))
            return fail_at(
                in,
                tokens[i].offset,
                "'or " + tokens[i + 1].text + "' would undo or keep what is not its own"
            );
    return {};
}

}  // namespace

std::string quoted_name(std::string_view name) {
    std::string text = "\"";
    for (auto const c : name) {
        text += c;
        if (c == '"') text += c;
    }
    return text += '"';
}

std::string to_string(binding const& one) {
    std::string text = ":";
    auto first = true;
    for (auto const& [name, from] : engine_names) {
        if (one.from != from) continue;
        text += name;
        first = false;
    }
    for (auto const& part : one.path) {
        if (!std::exchange(first, false)) text += '.';
        text += part;
    }
    return text;
}

result<std::string> stored_literal(source const& in, lexed const& literal, column_type as) {
    auto const misfit = [&](std::string_view why) {
        return fail_at(in, literal.offset, literal.text + " " + std::string{why});
    };
    if (as.kind == column_kind::decimal && literal.kind == token_kind::number) {
        auto const scaled = parse_decimal(literal.text, as.scale);
        if (!scaled) return misfit("does not fit " + to_string(as));
        return std::to_string(*scaled);
    }
    if (as.kind == column_kind::timestamp && literal.kind == token_kind::string) {
        auto const at =
            parse_time(std::string_view{literal.text}.substr(1, literal.text.size() - 2));
        if (!at) return misfit("is not a time like '2026-03-01T12:30:00Z'");
        return std::to_string(*at);
    }
    return literal.text;
}

result<statement_definition> rewrite_statement(
    source const& in,
    std::span<lexed const> tokens,
    std::span<table const> tables,
    std::vector<each> through
) {
    DIPTYCH_TRY(check_kind(in, tokens));
    auto const places = places_of(tokens, tables);
    statement_definition made{
        .sql = "",
        .offset = tokens.front().offset,
        .line = place_of(in, tokens.front().offset).line,
    };
    std::vector<std::size_t> binding_of(tokens.size());
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        auto const& token = tokens[i];
        DIPTYCH_TRY(check_clear(in, token, places[i]));
        std::string text;
        if (token.kind == token_kind::binding) {
            DIPTYCH_TRY(auto one, read_binding(in, token, through));
            one.as = places[i].met;
            auto const same = std::ranges::find_if(made.bindings, [&](binding const& other) {
                return other.same_value(one);
            });
            binding_of[i] = static_cast<std::size_t>(same - made.bindings.begin());
            text = "?" + std::to_string(binding_of[i] + 1);
            if (same == made.bindings.end()) made.bindings.push_back(std::move(one));
        } else {
            DIPTYCH_TRY(text, token_text(in, token, places[i].met));
        }
        append_token(made.sql, text);
        made.origins.emplace_back(made.sql.size() - text.size(), token.offset);
    }
    made.products = products_of(tokens, tables, places, binding_of);
    made.each = std::move(through);
    return made;
}

result<std::string> rewrite_expression(
    source const& in, std::span<lexed const> tokens, table const& of
) {
    auto const places = places_of(tokens, {&of, 1});
    std::string sql;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (tokens[i].kind == token_kind::binding)
            return fail_at(in, tokens[i].offset, "only the statements of an @on have bindings");
        DIPTYCH_TRY(check_clear(in, tokens[i], places[i]));
        DIPTYCH_TRY(auto const text, token_text(in, tokens[i], places[i].met));
        append_token(sql, text);
    }
    return sql;
}

}  // namespace diptych::read
