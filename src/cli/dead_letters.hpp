/// @file
/// `diptych dead-letter list|show|retry|drop`.
#pragma once

#include "cli/place.hpp"

#include <diptych/error.hpp>

#include <cstdint>
#include <string>

namespace diptych::cli {

struct dead_letter_options {
    place where = {};
    std::string view = {};
    std::string version = {};    ///< Of the view; empty: the one that is served.
    std::uint64_t position = 0;  ///< 0: not given.
    bool all = false;
    bool json = false;
};

result<void> dead_letter_list(dead_letter_options const& how);
result<void> dead_letter_show(dead_letter_options const& how);

/// Fails with failed, code "still_parked", if the view fails on any of them again.
result<void> dead_letter_retry(dead_letter_options const& how);

result<void> dead_letter_drop(dead_letter_options const& how);

}  // namespace diptych::cli
