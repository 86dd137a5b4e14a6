/// @file
/// A state together with how far it has been folded.
#pragma once

#include <diptych/model.hpp>
#include <diptych/position.hpp>

namespace diptych::write {

/// All its events up to and including `at` are in `value`, and none after.
struct folded_state {
    model::erased_const value;
    position at{};
};

}  // namespace diptych::write
