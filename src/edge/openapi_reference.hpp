/// @file
/// What /openapi.json says that is the same on every site.
#pragma once

#include <string_view>

namespace diptych::edge {

/// One of the engine's own routes. The texts are JSON.
struct reference_operation {
    std::string_view method;  ///< "GET"
    std::string_view pattern;
    std::string_view query;     ///< Parameter objects, separated by commas.
    std::string_view body;      ///< Schema of the request body; empty: none.
    std::string_view answers;   ///< Members of `responses` for what goes well.
    std::string_view problems;  ///< Statuses, separated by blanks.
};

/// Null if the route is an application's.
reference_operation const* find_reference(std::string_view method, std::string_view pattern);

/// Members of `components.schemas` and of `components.responses`.
extern std::string_view const reference_schemas;
extern std::string_view const reference_responses;

}  // namespace diptych::edge
