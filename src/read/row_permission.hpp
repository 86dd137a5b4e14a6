/// @file
/// Which rows a caller may see, by what is known of him: `@allow owner = :claim.sub`.
#pragma once

#include "read/directive.hpp"
#include "read/query_answer.hpp"
#include "read/view_query.hpp"

#include <diptych/error.hpp>

#include <optional>

namespace diptych::read {

/// `@allow owner = :claim.sub and :claim.role = 'clerk'`, its columns checked against the table.
/// Fails with invalid, at the word that is wrong.
result<permission> parse_allow(directive& words, table const& of);

/// The condition that rows must meet for this caller; nullopt: all may be seen. A claim with
/// several values equals what one of them equals.
///
/// Fails with denied, code "claim_missing", if no line allows him any row, whatever is in it.
result<std::optional<condition>> permitted_rows(
    table const& of, served const& allowed, std::optional<claims> const& caller
);

}  // namespace diptych::read
