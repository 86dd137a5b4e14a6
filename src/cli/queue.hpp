/// @file
/// `diptych queue list|show|retry|drop`: commands that wait to be executed.
#pragma once

#include "cli/place.hpp"

#include <diptych/error.hpp>

#include <string>

namespace diptych::cli {

struct queue_options {
    place where = {};
    std::string id = {};
    bool dead = false;  ///< Only those that were given up.
    bool all = false;
    bool json = false;
};

result<void> queue_list(queue_options const& how);
result<void> queue_show(queue_options const& how);
result<void> queue_retry(queue_options const& how);
result<void> queue_drop(queue_options const& how);

}  // namespace diptych::cli
