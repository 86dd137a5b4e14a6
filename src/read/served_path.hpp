/// @file
/// The values inside of json columns that a view serves, for descriptions of it.
#pragma once

#include <string>
#include <vector>

namespace diptych::read {

struct served;

/// `review->>average`, or `fields->>*` for all keys.
struct served_path {
    std::string path;
    std::string type;  ///< As declared; empty: any.
    bool filter = false;
    bool sort = false;
};

/// Each once: those to filter by first, in the order of `@serve`.
std::vector<served_path> served_paths(served const& of);

}  // namespace diptych::read
