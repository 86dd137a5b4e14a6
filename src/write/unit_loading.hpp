/// @file
/// Deciding a unit outside the commit step, on states loaded from the log.
#pragma once

#include "write/state_loader.hpp"
#include "write/unit.hpp"

#include <diptych/error.hpp>
#include <diptych/position.hpp>

namespace diptych::write {

/// Decides on states that are folded to one common position: `reached`, or a newer one that the
/// cache has. No decide sees states of several positions. Fails with unavailable if they change
/// again and again meanwhile.
result<unit> load_unit(
    state_loader& loader, attempt const& of, position reached, deciding what = deciding::everything
);

}  // namespace diptych::write
