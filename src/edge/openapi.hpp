/// @file
/// A description of this site that other programs can read.
#pragma once

#include "edge/router.hpp"
#include "edge/services.hpp"

#include <string>
#include <string_view>

namespace diptych::edge {

/// OpenAPI 3.1: each command with its fields and refusals, each view with its columns and filters,
/// and every other route. With `needs_token`, also how the token is sent.
std::string openapi(
    std::string_view title, services const& of, router const& routes, bool needs_token
);

}  // namespace diptych::edge
