/// @file
/// `diptych view export|hash`.
#pragma once

#include "cli/place.hpp"

#include <diptych/error.hpp>

#include <string>

namespace diptych::cli {

struct view_export_options {
    place where = {};
    std::string name = {};     ///< The view, or a file of one: "orders.1f2e3d4c.db".
    std::string version = {};  ///< Empty: the one that is served.
    std::string file = "-";    ///< For export: where to write.
    bool json = false;
};

/// Writes the rows of a view's file; docs/reference/view-export.md has the form.
result<void> view_export(view_export_options const& how);

/// Prints the hash of what view_export() would write; of a server's view, too.
result<void> view_hash(view_export_options const& how);

}  // namespace diptych::cli
