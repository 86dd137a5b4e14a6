/// @file
/// Routes whose answer is made on a worker, and may be an error: it becomes a problem, and is
/// reported if it is no fault of who asks.
#pragma once

#include "edge/site_parts.hpp"

#include <diptych/error.hpp>
#include <diptych/http.hpp>

#include <string_view>

namespace diptych::edge {

using answer_function = result<http::response> (*)(site_parts&, http::request const&);

/// Keeps a reference: the parts must outlive the route.
http::route answer_route(
    site_parts& parts,
    std::string_view method,
    std::string_view pattern,
    answer_function what,
    std::string_view summary
);

/// `where` names the route in the report.
http::response answer_or_problem(
    site_parts const& parts, std::string_view where, result<http::response> made
);

}  // namespace diptych::edge
