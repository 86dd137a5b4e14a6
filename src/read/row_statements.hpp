/// @file
/// Finds, puts and erases the rows of a view written in C++.
#pragma once

#include "read/projection.hpp"
#include "read/view_definition.hpp"

#include <diptych/view_model.hpp>

#include <memory>

namespace diptych::read {

/// Prepares the statements for one table. Keeps references: connection and view must outlive it.
result<std::unique_ptr<projection>> prepare_rows(
    sqlite::database const& on, table const& of, model::view const& view
);

}  // namespace diptych::read
