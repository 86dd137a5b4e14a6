/// @file
/// A view's rows as text: the same bytes for the same rows, whatever file they are in.
#pragma once

#include "log/hash.hpp"
#include "sqlite/location.hpp"

#include <diptych/error.hpp>
#include <diptych/position.hpp>

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string_view>

namespace diptych::read {

/// What was exported.
struct exported_rows {
    token at = {};  ///< How far the file is.
    std::uint64_t rows = 0;
    log::hash256 hash{};  ///< SHA-256 of all lines.
};

/// Calls `line`, if there is one, with each row of each table of a view's file, by table and key:
/// `{"table":"orders","row":{"id":"o1","total":30}}` and a line's end
/// (docs/reference/view-export.md has the form). One snapshot of the file is looked at. Blocking.
///
/// Fails as reading the file does, with what `line` fails with, and with unavailable (code
/// replay_ended) if `stop` ends it.
result<exported_rows> export_rows(
    sqlite::location const& file,
    std::function<result<void>(std::string_view text)> const& line = {},
    std::stop_token const& stop = {}
);

}  // namespace diptych::read
