/// @file
/// `diptych view what-if`.
#pragma once

#include "cli/place.hpp"

#include <diptych/error.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace diptych::cli {

struct view_what_if_options {
    place where = {};
    std::string name = {};    ///< The view.
    std::string file = {};    ///< Another view file; empty: the view's own.
    std::string insert = {};  ///< A file of events, one JSON object a line; "-": standard input.
    std::vector<std::uint64_t> without = {};  ///< Positions.
    std::vector<std::string> without_types = {};
    std::string as_of = {};
    std::uint64_t differences = 10;  ///< Rows told, at most.
    bool json = false;
};

/// The options as a request has them. Fails if a file can not be read.
result<std::string> what_if_body_of(view_what_if_options const& how);

/// Prints how the rows would differ; that they do is no failure.
result<void> view_what_if(view_what_if_options const& how);

}  // namespace diptych::cli
