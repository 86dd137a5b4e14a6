/// @file
/// `diptych view versions|switch|back|rebuild|compare|drop|resume`.
#pragma once

#include "cli/place.hpp"

#include <diptych/error.hpp>

#include <cstdint>
#include <string>

namespace diptych::cli {

struct view_versions_options {
    place where = {};
    std::string name = {};           ///< The view.
    std::string version = {};        ///< For switch and drop, and what to compare with.
    std::uint64_t differences = 10;  ///< For compare: rows told, at most.
    bool wait = false;               ///< Until what was begun is done.
    bool json = false;
};

result<void> view_versions(view_versions_options const& how);
result<void> view_switch(view_versions_options const& how);
result<void> view_back(view_versions_options const& how);
result<void> view_rebuild(view_versions_options const& how);

/// Fails with failed, code "views_differ", if they do.
result<void> view_compare(view_versions_options const& how);

result<void> view_drop(view_versions_options const& how);
result<void> view_resume(view_versions_options const& how);

/// Gives a view's text to a server. For `view add --url`.
result<void> view_put(
    place const& where, std::string const& file, bool by_hand, bool wait, bool json
);

}  // namespace diptych::cli
