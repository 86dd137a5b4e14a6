#include "read/products.hpp"

#include "read/sql_words.hpp"

#include <algorithm>

namespace diptych::read {

namespace {

class reader {
public:
    reader(
        std::span<lexed const> tokens,
        std::span<table const> tables,
        std::span<std::size_t const> binding_of
    )
        : tokens_(tokens), tables_(tables), binding_of_(binding_of) {}

    /// The product that the value at `at` is a factor of.
    product around(std::size_t at, column_type into) const {
        auto first = at;
        while (first >= 2 && is_product(tokens_[first - 1])) first = operand_before(first - 1);
        product made{.into = into, .offset = tokens_[at].offset};
        auto divides = false;
        for (auto i = first; i < tokens_.size();) {
            auto const end = operand_end(i);
            if (tokens_[i].kind == token_kind::binding)
                made.bindings.push_back({.binding = binding_of_[i], .divides = divides});
            else if (is_decimal(i, end))
                made.decimals += divides ? -1 : 1;
            if (end >= tokens_.size() || !is_product(tokens_[end])) break;
            divides = tokens_[end].is("/");
            i = end + 1;
        }
        return made;
    }

private:
    bool is_name(std::size_t i) const { return i < tokens_.size() && tokens_[i].is_name(); }

    // Where the operand begins that ends before `end`.
    std::size_t operand_before(std::size_t end) const {
        auto first = end - 1;
        for (std::size_t depth = 0; tokens_[first].is(")") || depth > 0; --first) {
            if (tokens_[first].is(")")) ++depth;
            if (tokens_[first].is("(") && --depth == 0) break;
            if (first == 0) return 0;
        }
        auto const is_called = tokens_[first].is("(") && first > 0 && is_name(first - 1);
        if (is_called) --first;
        if (is_name(first) && first >= 2 && tokens_[first - 1].is(".")) first -= 2;
        return first;
    }

    // One beyond the operand that begins at `i`.
    std::size_t operand_end(std::size_t i) const {
        if (is_name(i) && i + 2 < tokens_.size() && tokens_[i + 1].is(".")) return i + 3;
        auto end = is_name(i) && i + 1 < tokens_.size() && tokens_[i + 1].is("(") ? i + 1 : i;
        if (!tokens_[end].is("(")) return end + 1;
        for (std::size_t depth = 0; end < tokens_.size(); ++end) {
            if (tokens_[end].is("(")) ++depth;
            if (tokens_[end].is(")") && --depth == 0) return end + 1;
        }
        return end;
    }

    // A decimal column, or one in parentheses or in a function that yields its form.
    bool is_decimal(std::size_t first, std::size_t end) const {
        for (auto i = first; i < end; ++i) {
            auto const is_called = i + 1 < end && tokens_[i + 1].is("(") && is_call(tokens_[i]);
            if (tokens_[i].is("select") || (is_called && !yields_form(tokens_[i]))) return false;
        }
        for (auto i = first; i < end; ++i)
            if (is_decimal_column(i)) return true;
        return false;
    }

    // A column that two of the tables have must be one in both.
    bool is_decimal_column(std::size_t i) const {
        if (!is_name(i) || (i + 1 < tokens_.size() && tokens_[i + 1].is("."))) return false;
        auto const is_qualified = i >= 2 && tokens_[i - 1].is(".");
        auto const owner = is_qualified
                               ? std::ranges::find(tables_, tokens_[i - 2].text, &table::name)
                               : tables_.end();
        auto found = false;
        for (auto const& one : tables_) {
            auto const* const column = one.find(tokens_[i].text);
            auto const is_meant = owner == tables_.end() ? is_mentioned(one) : &one == &*owner;
            if (column == nullptr || !is_meant) continue;
            if (column->type.kind != column_kind::decimal) return false;
            found = true;
        }
        return found;
    }

    bool is_mentioned(table const& one) const {
        return std::ranges::any_of(tokens_, [&](auto const& token) {
            return token.is_name() && token.text == one.name;
        });
    }

    std::span<lexed const> tokens_;
    std::span<table const> tables_;
    std::span<std::size_t const> binding_of_;
};

}  // namespace

std::vector<product> products_of(
    std::span<lexed const> statement,
    std::span<table const> tables,
    std::span<meeting const> places,
    std::span<std::size_t const> binding_of
) {
    reader const in{statement, tables, binding_of};
    std::vector<product> found;
    for (std::size_t i = 0; i < statement.size(); ++i)
        if (auto const& into = places[i].multiplied_into) found.push_back(in.around(i, *into));
    return found;
}

}  // namespace diptych::read
