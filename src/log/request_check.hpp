/// @file
/// Whether an append is well-formed: what can be said without looking at the log.
#pragma once

#include <diptych/append.hpp>
#include <diptych/error.hpp>

namespace diptych::log {

/// Fails with invalid, the path of the fault in the facts, if names are empty, too long or contain
/// control characters, or if there is too much of something.
result<void> check(append_request const& request);

}  // namespace diptych::log
