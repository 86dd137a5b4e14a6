/// @file
/// A view before it is opened: its definition, its version and how its rows are made.
#pragma once

#include "read/older_shapes.hpp"
#include "read/projection.hpp"
#include "read/resolve.hpp"
#include "read/source.hpp"
#include "read/view_database.hpp"
#include "read/view_definition.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace diptych::read {

/// Copies share what they point to. Thread-compatible.
struct view_plan {
    std::shared_ptr<view_definition const> definition;
    std::string version;
    create_tables create;
    make_projection project;
    std::shared_ptr<source const> text = {};  ///< Null: it is written in C++.
    std::vector<std::string> types = {};      ///< Of events that it takes, former names included.

    table const& served_table() const { return definition->tables.front(); }
};

/// A view file that has been looked at: its plan, or all that is wrong with it.
struct examined_view {
    std::string name = {};  ///< The view's, if it could be read.
    std::optional<view_plan> plan = {};
    std::vector<error> errors = {};          ///< By their places. Empty if there is a plan.
    std::vector<std::string> warnings = {};  ///< With places; more than the definition's own.
};

/// Reads a view file: parses, looks up events, tries every statement on an empty database and looks
/// at its plan. Fails with what reading the log failed with.
result<examined_view> examine_view(
    source text, known_types const& known, std::shared_ptr<older_shapes const> const& older
);

/// As above. Fails with invalid, naming file, line and column.
result<view_plan> plan_view(
    source text, known_types const& known, std::shared_ptr<older_shapes const> const& older
);

}  // namespace diptych::read
