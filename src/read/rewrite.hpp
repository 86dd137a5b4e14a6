/// @file
/// Turns the tokens of a statement into the one normal form that is hashed and prepared: single
/// blanks, `?1` for bindings, and literals in the form of the column that they meet.
#pragma once

#include "read/lexer.hpp"
#include "read/view_definition.hpp"

#include <optional>
#include <span>
#include <string>

namespace diptych::read {

/// Rewrites a statement of an `@on`. Fails with invalid if it is not insert, update, delete or
/// replace, if a literal does not fit its column, or if a binding can not be understood.
result<statement_definition> rewrite_statement(
    source const& in,
    std::span<lexed const> tokens,
    std::span<table const> tables,
    std::vector<each> through
);

/// Rewrites an expression of a `check` or `where`, in which nothing can be bound.
result<std::string> rewrite_expression(
    source const& in, std::span<lexed const> tokens, table const& of
);

/// A literal in the form in which a column of this type stores it.
result<std::string> stored_literal(source const& in, lexed const& literal, column_type as);

/// A name in double quotes.
std::string quoted_name(std::string_view name);

}  // namespace diptych::read
