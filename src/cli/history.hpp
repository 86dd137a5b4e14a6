/// @file
/// What was, and what would have been decided.
#pragma once

#include "cli/place.hpp"
#include "cli/view_what_if.hpp"

#include <diptych/error.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace diptych::cli {

struct state_options {
    place where = {};
    std::string state = {};
    std::vector<std::string> ids = {};
    std::string as_of = {};
    std::optional<std::uint64_t> version = {};
    bool json = false;
};
result<void> show_state(state_options const& how);

/// Of view_what_if_options what is no view's.
result<void> decisions_what_if(view_what_if_options const& how);

}  // namespace diptych::cli
