/// @file
/// Cursors: where the next page of a query begins.
///
/// The values by which the last row was sorted, checksummed and bound to the view's version and to
/// what was asked. Opaque to clients; no secret is in it that the page did not show or sort by.
#pragma once

#include "read/view_query.hpp"

#include <diptych/error.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace diptych::read {

/// A number that is the same for queries whose pages follow each other: filters, order and version.
std::uint32_t cursor_seal(view_query const& of, std::string_view version);

std::string write_cursor(std::vector<cell> const& row, std::uint32_t seal);

/// Fails with invalid, code "cursor", if it was changed, or made for another query or version.
result<std::vector<cell>> read_cursor(
    std::string_view text, std::uint32_t seal, std::size_t columns
);

}  // namespace diptych::read
