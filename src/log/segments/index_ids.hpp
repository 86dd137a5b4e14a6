/// @file
/// Event ids and where they stand: sorted entries, some thirty to a row.
///
/// An entry is the id, half a hash of the home stream, and the position. Ids of version 7 begin
/// with the time, so a merge's ids go to the right edge of the table; ids in another order cost a
/// row each. The hash only narrows down: that the event is in the stream asked for is looked up in
/// the stream's list.
#pragma once

#include "log/segments/index_batch.hpp"
#include "sqlite/database.hpp"

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace diptych::log::segments {

inline constexpr std::size_t id_entry_size = 28;

/// Entries of one row, at most: four rows fit on a page of 4096 bytes.
inline constexpr std::size_t id_row_max = 33;

/// Writes within transactions of the caller's. Not thread-safe.
class id_writer {
public:
    static result<id_writer> prepare(sqlite::database const& in);

    /// Adds sorted entries.
    result<void> add(std::span<id_entry const> entries);

private:
    sqlite::statement row_for_;
    sqlite::statement row_after_;
    sqlite::statement put_;
};

/// Reads within transactions of the caller's. Not thread-safe.
class id_reader {
public:
    static result<id_reader> prepare(sqlite::database const& in);

    /// Positions of events with this id in streams whose name has this hash, ascending.
    result<std::vector<position>> find(uuid const& id, std::uint32_t stream_hash);

private:
    sqlite::statement rows_from_;
};

}  // namespace diptych::log::segments
