/// @file
/// The seed of whatever tests draw: the same in every run, unless DIPTYCH_SEED says another.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>

namespace diptych::testing {

inline std::uint32_t seed() {
    auto const* const said = std::getenv("DIPTYCH_SEED");
    return said == nullptr ? 20'261'122 : static_cast<std::uint32_t>(std::stoul(said));
}

}  // namespace diptych::testing
