/// @file
/// How far the views in a folder have come, without opening them: what the log is checked against
/// before anything is cut from its end.
#pragma once

#include "read/view_database.hpp"

#include <diptych/error.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace diptych::read {

struct view_checkpoint {
    std::string file;  ///< Its name.
    checkpoint at;
};

/// The checkpoints of all `*.db` files in the folder, sorted by name; none if there is no folder. A
/// file that is not a view's, or is damaged, says nothing and is left out: start() of the set of
/// views reports it. Touches nothing.
result<std::vector<view_checkpoint>> view_checkpoints(sqlite::location const& folder);

}  // namespace diptych::read
