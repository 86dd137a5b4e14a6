/// @file
/// What the program's exit code says.
#pragma once

#include <diptych/error.hpp>

#include <optional>
#include <string_view>

namespace diptych::cli {

/// 0 fine, 1 failed, 2 invalid, 3 refused, 4 conflict, 5 not found, 6 denied, 7 unavailable, 8
/// outcome unknown, 9 corrupt. The same numbers as in docs/reference/errors.md.
int exit_code(errc kind);

/// The kind of error that an HTTP status of the server stands for.
errc kind_of_status(int status);

}  // namespace diptych::cli
