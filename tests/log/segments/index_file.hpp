/// @file
/// What tests of the index's file call its log, and how they open it.
#pragma once

#include "log/segments/index.hpp"

namespace diptych::testing {

inline constexpr auto index_log_id = uuid{{1, 2, 3}};
inline constexpr auto index_writer = log::segments::index::mode::writer;

}  // namespace diptych::testing
