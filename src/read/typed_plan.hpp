/// @file
/// Views written in C++ as plans: the same tables, versions and projections as those of files.
#pragma once

#include "read/view_plan.hpp"

#include <diptych/view_model.hpp>

namespace diptych::read {

/// Keeps a reference: `view` must outlive the plan. Fails with invalid if its name is taken by the
/// engine, or filter, sort or unique name no column.
result<view_plan> plan_view(model::view const& view);

}  // namespace diptych::read
