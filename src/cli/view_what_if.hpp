/// @file
/// `diptych view what-if`.
#pragma once

#include "cli/place.hpp"

#include <diptych/error.hpp>

#include <cstddef>
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

/// The options as a request has them.
struct what_if_request {
    std::string body = {};
    std::string inserted_from = {};         ///< The file.
    std::vector<std::size_t> line_of = {};  ///< In it, from 1, of each event.
};

/// Fails if a file can not be read.
result<what_if_request> what_if_request_of(view_what_if_options const& how);

/// What a server found wrong, with the line of the file where it is the event there.
error with_line(what_if_request const& asked, error why);

/// Prints how the rows would differ; that they do is no failure.
result<void> view_what_if(view_what_if_options const& how);

}  // namespace diptych::cli
