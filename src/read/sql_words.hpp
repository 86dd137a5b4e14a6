/// @file
/// Which words and signs of SQL let a value have the form of the column beside it.
#pragma once

#include "read/lexer.hpp"

namespace diptych::read {

bool is_comparison(lexed const& sign);    ///< `=`, `<`, `is`, `between`, ...
bool is_sum(lexed const& sign);           ///< `+` and `-`: both sides have one form.
bool is_product(lexed const& sign);       ///< `*` and `/`
bool changes_form(lexed const& sign);     ///< `*`, `/`, `%`, `||`, `->`, `like`: they do not.
bool begins_clause(lexed const& word);    ///< `where`, `from`, `on`, ...
bool ends_expression(lexed const& word);  ///< `and`, `then`, a clause, ...

/// A name that may stand before the parenthesis of a call.
bool is_call(lexed const& name);
/// Whether what is in the call meets what is around it: `coalesce`, `max`.
bool passes_form(lexed const& function);
/// Whether the result may have the form of a column that is an argument: those, `abs`, `round`.
bool yields_form(lexed const& function);

}  // namespace diptych::read
