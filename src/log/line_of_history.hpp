/// @file
/// Which tokens lie on this log's line of history.
#pragma once

#include "log/frame.hpp"

#include <diptych/error.hpp>
#include <diptych/position.hpp>

#include <vector>

namespace diptych::log {

/// The epochs of a log, oldest first. Thread-compatible.
class line_of_history {
public:
    explicit line_of_history(std::vector<epoch_start> epochs) : epochs_(std::move(epochs)) {
        if (epochs_.empty()) epochs_.push_back({.epoch = epoch{1}, .first = position{1}});
    }

    /// The token of a position that is on the line.
    token at(position where) const;

    /// Fails with invalid: "foreign_token" if it is not on the line, "future_token" if beyond
    /// `end`.
    result<void> check(token const& point, position end) const;

private:
    std::vector<epoch_start> epochs_;
};

}  // namespace diptych::log
