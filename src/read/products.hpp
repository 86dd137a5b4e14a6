/// @file
/// Products in a statement (`:price * :quantity`, `total / 2`) whose result has to do with a
/// decimal column.
///
/// A decimal is stored as a scaled integer, so such a product is right only if one of its factors
/// is a decimal itself: 12.5 * 2 is 25, which decimal(2) would take for 0.25.
#pragma once

#include "read/lexer.hpp"
#include "read/places.hpp"
#include "read/view_definition.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace diptych::read {

/// Those that have a literal or binding in them, once for each of these. `places` are those of the
/// statement, and `binding_of` says of each of its tokens that is a binding which one it is.
std::vector<product> products_of(
    std::span<lexed const> statement,
    std::span<table const> tables,
    std::span<meeting const> places,
    std::span<std::size_t const> binding_of
);

}  // namespace diptych::read
