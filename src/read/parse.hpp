/// @file
/// Reads a view file.
#pragma once

#include "read/source.hpp"
#include "read/view_definition.hpp"

#include <optional>
#include <vector>

namespace diptych::read {

/// What the file says, its event types and fields not yet looked up (see resolve.hpp). Fails with
/// invalid, naming file, line and column.
result<view_definition> parse_view(source const& in);

/// What could be read of a file, and all that is wrong with it.
struct parsed_view {
    std::optional<view_definition> view = {
    };  ///< Without what is faulty; nullopt if that is too much.
    std::vector<error> errors = {};  ///< As parse_view's, in the order of the file.
};

/// As above, but goes on behind an error if what follows does not depend on it.
parsed_view parse_all(source const& in);

}  // namespace diptych::read
