/// @file
/// Reading page by page.
#pragma once

#include "cli/commands.hpp"
#include "cli/service.hpp"

#include <diptych/json_value.hpp>

#include <functional>

namespace diptych::cli {

/// The request that reads (or follows) what the options say, from its first event on.
http::request first_page_of(read_options const& how);

/// Calls `each` with every event in the JSON form of the server, until it returns false, the limit
/// or the end.
result<void> for_each_event(
    service& log, read_options const& how, std::function<bool(json::value const& event)> const& each
);

}  // namespace diptych::cli
