/// @file
/// `@serve`: what queries may ask.
#pragma once

#include "read/directive.hpp"

namespace diptych::read {

/// `@serve filter a, b->>c real  sort c  search d  limit n  cache 60s`, its columns checked against
/// the table. Fails with invalid, at the word that is wrong.
result<served> parse_serve(directive& words, table const& of);

}  // namespace diptych::read
