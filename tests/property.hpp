/// @file
/// Properties checked on generated values and sequences of commands, which shrink when they fail.
///
/// A failure prints the smallest commands that it was found with, and a text that
/// `RC_PARAMS="reproduce=<text>"` repeats. DIPTYCH_SEED (see seed.hpp) draws others.
#pragma once

#include "seed.hpp"

#include <rapidcheck/state.h>

#include <cstdint>
#include <cstdlib>
#include <rapidcheck.h>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace diptych::testing {

/// Whether the property holds, for the values of this seed, unless RC_PARAMS says otherwise.
template <class Property>
bool holds(std::string const& what, Property&& property) {
    auto const how = "seed=" + std::to_string(seed()) + " max_success=40 max_size=60 noshrink=0";
    ::setenv("RC_PARAMS", how.c_str(), 0);
    return rc::check(what, std::forward<Property>(property));
}

/// One of these texts.
template <class... Text>
std::string one_of(Text... texts) {
    return *rc::gen::element<std::string>(texts...);
}

/// Up to `most` values that `make` makes.
template <class Make>
auto some(int most, Make make) {
    using value = std::decay_t<decltype(make())>;
    return *rc::gen::resize(most, rc::gen::container<std::vector<value>>(rc::gen::exec(make)));
}

/// A number from 0 to `most`, smaller ones sooner.
inline std::uint64_t up_to(std::uint64_t most) {
    return *rc::gen::inRange<std::uint64_t>(0, most + 1);
}

inline bool one_in(int n) { return *rc::gen::inRange(0, n) == n - 1; }

}  // namespace diptych::testing
