/// @file
/// What the routes are about.
#pragma once

#include "log/sequenced_log.hpp"
#include "read/view_set.hpp"
#include "write/executor.hpp"
#include "write/process_runner.hpp"

#include <diptych/clock.hpp>

#include <string>
#include <utility>
#include <vector>

namespace diptych::edge {

/// The parts of a running node. All must outlive the site that serves them.
struct services {
    log::sequenced_log& log;
    write::executor& commands;
    read::view_set& views;
    clock& time;
    std::vector<std::pair<std::string, write::process_runner const*>> processes = {};
};

}  // namespace diptych::edge
