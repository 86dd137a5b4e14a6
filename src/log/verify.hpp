/// @file
/// Walking all frames and checking what they promise.
#pragma once

#include "log/engine.hpp"
#include "log/line_of_history.hpp"
#include "log/sequenced_log.hpp"

#include <functional>

namespace diptych::log {

/// See sequenced_log::verify.
result<verification> verify(
    engine const& of,
    line_of_history const& line,
    std::function<void(position done, position end)> const& progress
);

}  // namespace diptych::log
