/// @file
/// From SQLite's result codes to errors that say what can be done.
#pragma once

#include <diptych/error.hpp>

#include <expected>

struct sqlite3;

namespace diptych::sqlite {

/// The failure that `code` (extended) and the connection's last message stand for; names the file.
///
/// Constraints are refused with SQLite's own message and a code such as "constraint_unique"; busy
/// and full are unavailable; permissions are denied; the rest is corrupt, not_found or failed.
std::unexpected<error> failure_of(sqlite3* connection, int code);

}  // namespace diptych::sqlite
