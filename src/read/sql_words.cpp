#include "read/sql_words.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace diptych::read {

namespace {

bool is_one_of(lexed const& what, std::span<std::string_view const> words) {
    return std::ranges::any_of(words, [&](auto word) { return what.is(word); });
}

}  // namespace

bool is_comparison(lexed const& sign) {
    constexpr std::array<std::string_view, 10> comparisons{
        "=", "==", "<>", "!=", "<", "<=", ">", ">=", "is", "between"
    };
    return is_one_of(sign, comparisons);
}

bool is_sum(lexed const& sign) { return sign.is("+") || sign.is("-"); }

bool is_product(lexed const& sign) { return sign.is("*") || sign.is("/"); }

bool changes_form(lexed const& sign) {
    constexpr std::array<std::string_view, 5> others{"%", "||", "->", "->>", "like"};
    return is_product(sign) || is_one_of(sign, others);
}

bool begins_clause(lexed const& word) {
    constexpr std::array<std::string_view, 11> clauses{
        "where",
        "from",
        "on",
        "returning",
        "group",
        "having",
        "order",
        "limit",
        "union",
        "do",
        "conflict"
    };
    return is_one_of(word, clauses);
}

bool ends_expression(lexed const& word) {
    constexpr std::array<std::string_view, 11> ends{
        "and", "or", "when", "then", "else", "end", "set", "values", "select", ";", "case"
    };
    return is_one_of(word, ends) || begins_clause(word);
}

bool is_call(lexed const& name) {
    constexpr std::array<std::string_view, 16> no_functions{
        "set",
        "values",
        "where",
        "on",
        "conflict",
        "key",
        "unique",
        "check",
        "and",
        "or",
        "not",
        "then",
        "else",
        "when",
        "is",
        "between"
    };
    return name.is_name() && !is_one_of(name, no_functions);
}

bool passes_form(lexed const& function) {
    constexpr std::array<std::string_view, 6> passing{
        "coalesce", "ifnull", "nullif", "min", "max", "sum"
    };
    return is_one_of(function, passing);
}

bool yields_form(lexed const& function) {
    constexpr std::array<std::string_view, 6> reckoning{
        "abs", "round", "ceil", "floor", "avg", "iif"
    };
    return passes_form(function) || is_one_of(function, reckoning);
}

}  // namespace diptych::read
