/// @file
/// What the command line says of the message log, and of what an application is made of.
#pragma once

#include "cli/place.hpp"

#include <diptych/error.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace diptych::cli {

struct message_options {
    place where = {};
    std::string kind = {};
    std::vector<std::string> types = {};
    std::string stream = {};
    std::string user = {};
    std::string correlation = {};
    std::string outcome = {};
    std::string from = {};
    std::string to = {};
    std::string after = {};
    std::uint64_t limit = 0;  ///< 0: all.
    bool engine = false;
    bool json = false;  ///< One message a line: an export.
};
result<void> list_messages(message_options const& how);

struct trace_options {
    place where = {};
    std::string correlation = {};
    std::string format = "text";
    bool json = false;
};
result<void> show_trace(trace_options const& how);

struct map_options {
    place where = {};
    std::string format = "text";
    bool json = false;
};
result<void> show_map(map_options const& how);

}  // namespace diptych::cli
