/// @file
/// Which column a value in a statement meets, so that it is brought into that column's form.
///
/// A value meets a column when it is inserted into it, assigned to it, or compared with it: also
/// through parentheses, +, -, coalesce, ifnull, min, max, and the branches of a case. Otherwise
/// (`:price * :quantity`) nothing is known, and the value keeps its own type. Where that could be
/// wrong by a factor, because a decimal or a time has to do with it, the place is unclear, or what
/// else is multiplied decides (products.hpp).
#pragma once

#include "read/lexer.hpp"
#include "read/view_definition.hpp"

#include <optional>
#include <span>
#include <vector>

namespace diptych::read {

struct meeting {
    std::optional<column_type> met = {};          ///< The type of the column that is met.
    std::optional<column_type> unclear_for = {};  ///< The type that may or may not be meant.
    /// Of a value beside `*` or `/`: the decimal that has to do with the result.
    std::optional<column_type> multiplied_into = {};
};

/// For each token. Meaningful for literals and bindings.
std::vector<meeting> places_of(std::span<lexed const> statement, std::span<table const> tables);

}  // namespace diptych::read
