/// @file
/// The tables of the index and the row that says which log they are of and how far they have come.
/// Layout: docs/reference/index-format.md.
#pragma once

#include "log/segments/index.hpp"
#include "sqlite/database.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>

namespace diptych::log::segments {

/// The number in the file; any other is not read.
inline constexpr std::int64_t index_format = 1;

/// Opens the file for writing; one that is not there, of another log, of another format, or no
/// database at all, is begun anew. Fails with denied, unavailable or corrupt.
result<sqlite::database> open_index_to_write(sqlite::location const& file, uuid const& log_id);

/// Opens the file for reading. Fails with not_found if it is not there, or is not an index of this
/// log and format; denied, unavailable or corrupt.
result<sqlite::database> open_index_to_read(sqlite::location const& file, uuid const& log_id);

/// Reads the checkpoint as this connection's transaction sees it. Not thread-safe.
class checkpoint_reader {
public:
    static result<checkpoint_reader> prepare(sqlite::database const& in);
    result<index_checkpoint> read();

private:
    sqlite::statement select_;
};

/// Sets the checkpoint, within a transaction of the caller's. Not thread-safe.
class checkpoint_writer {
public:
    static result<checkpoint_writer> prepare(sqlite::database const& in);
    result<void> write(index_checkpoint const& at);

private:
    sqlite::statement update_;
};

}  // namespace diptych::log::segments
