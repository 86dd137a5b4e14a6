/// @file
/// A command that has been handled, for whoever keeps a record of all of them.
#pragma once

#include "write/attempt.hpp"

#include <diptych/clock.hpp>
#include <diptych/error.hpp>
#include <diptych/execute.hpp>
#include <diptych/model.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace diptych::write {

/// See the file comment. Several commands of one unit have one answer.
struct handled_command {
    struct part {
        model::command const* command;
        model::erased_const value;
        std::string metadata;  ///< As its events have it, with the environment it was decided in.
        std::size_t body_bytes = 0;
        std::size_t events = 0;  ///< How many of the answer's it made: those after the ones before.
    };
    std::vector<part> parts;
    std::string caller;
    timestamp received;
    std::chrono::microseconds took;
    result<outcome> answer;
};

/// Called on the thread that answers, perhaps the commit step's: must be quick, and must not throw.
using handled_function = std::function<void(handled_command)>;

handled_command handled(attempt const& of, result<outcome> const& answer, timestamp now);

}  // namespace diptych::write
