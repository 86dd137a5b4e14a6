/// @file
/// Which column a value in a statement meets, so that it is brought into that column's form.
///
/// A value meets a column when it is inserted into it, assigned to it, or compared with it: also
/// through parentheses, +, -, coalesce, ifnull, min, max, and the branches of a case. Otherwise
/// (`:price * :quantity`) nothing is known, and the value keeps its own type.
#pragma once

#include "read/lexer.hpp"
#include "read/view_definition.hpp"

#include <optional>
#include <span>
#include <vector>

namespace diptych::read {

/// For each token, the type of the column that it meets. Meaningful for literals and bindings.
std::vector<std::optional<column_type>> places_of(
    std::span<lexed const> statement, std::span<table const> tables
);

}  // namespace diptych::read
