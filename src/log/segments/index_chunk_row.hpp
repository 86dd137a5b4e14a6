/// @file
/// A chunk as it stands in a row that has just been read.
#pragma once

#include "log/segments/index_chunk.hpp"
#include "sqlite/database.hpp"

#include <diptych/error.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace diptych::log::segments {

/// A position as SQLite has it. Callers may ask for any; SQLite's integers are signed.
inline constexpr auto stored_max = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t stored(position at) {
    return static_cast<std::int64_t>(std::min(at.value, static_cast<std::uint64_t>(stored_max)));
}

/// Columns first, last, before, homes of a row; the body, column 4, stays there.
struct chunk_row {
    position first;
    position last;
    version before;
    std::uint64_t homes;

    explicit chunk_row(sqlite::statement const& row)
        : first(static_cast<std::uint64_t>(row.integer(0))),
          last(static_cast<std::uint64_t>(row.integer(1))),
          before(static_cast<std::uint64_t>(row.integer(2))),
          homes(static_cast<std::uint64_t>(row.integer(3))) {}

    version after() const { return before + homes; }
};

/// The positions of the row. Fails with corrupt if they do not fit the rest of it.
inline result<void> unpack(sqlite::statement const& row, std::vector<chunk_entry>& into) {
    auto const head = chunk_row{row};
    if (unpack(head.first, head.last, head.homes, row.blob(4), into)) return {};
    return fail(
        errc::corrupt,
        "damaged_index",
        "the index's positions from " + std::to_string(head.first.value) + " to " +
            std::to_string(head.last.value) + " do not decode"
    );
}

/// Resets a statement when the last row wanted has been read, or reading failed.
struct reading {
    sqlite::statement& rows;
    ~reading() { rows.reset(); }
};

}  // namespace diptych::log::segments
