/// @file
/// Whether all that follows the log has come to its end.
#pragma once

#include "app/node.hpp"

#include <diptych/error.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace diptych::sim {

/// A view or process that goes no further.
struct stood_still {
    std::string what;          ///< "view x stays at 3 of 7: why"
    std::optional<error> why;  ///< Its last error.
};

/// The first that is not at `end`, or a process that has an error; none if all is well.
std::optional<stood_still> standstill(app::node& of, std::uint64_t end);

}  // namespace diptych::sim
