/// @file
/// `diptych process list|show|dead-letters|retry|drop`: of a running application.
#pragma once

#include "cli/place.hpp"

#include <diptych/error.hpp>

#include <cstdint>
#include <string>

namespace diptych::cli {

struct process_options {
    place where = {};
    std::string process = {};   ///< Empty: all processes.
    std::string instance = {};  ///< "order-o1".
    std::string state = {};     ///< Of instances: running, finished, parked; empty: any.
    std::uint64_t position = 0;
    bool all = false;
    bool json = false;
};

/// The processes, or the instances of one.
result<void> process_list(process_options const& how);
result<void> process_show(process_options const& how);
result<void> process_dead_letters(process_options const& how);
result<void> process_retry(process_options const& how);
result<void> process_drop(process_options const& how);

}  // namespace diptych::cli
