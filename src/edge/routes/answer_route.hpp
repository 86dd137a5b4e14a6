/// @file
/// Routes whose answer is made on a worker, and may be an error: it becomes a problem, and is
/// reported if it is no fault of who asks.
#pragma once

#include "edge/site_parts.hpp"

#include <diptych/error.hpp>
#include <diptych/http.hpp>

#include <stop_token>
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

using begin_function = void (*)(site_parts&, http::request const&, http::responder);

/// As above, for what is begun on a worker and answered by whoever comes to its end.
http::route later_route(
    site_parts& parts,
    std::string_view method,
    std::string_view pattern,
    begin_function what,
    std::string_view summary
);

using replay_function =
    result<http::response> (*)(site_parts&, http::request const&, std::stop_token const&);

/// As above, for what goes through the whole log: on a thread of its own, one of `among` at a time.
http::route replay_route(
    site_parts& parts,
    replays& among,
    std::string_view method,
    std::string_view pattern,
    replay_function what,
    std::string_view summary
);

/// `where` names the route in the report.
http::response answer_or_problem(
    site_parts const& parts, std::string_view where, result<http::response> made
);

}  // namespace diptych::edge
