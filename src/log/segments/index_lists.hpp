/// @file
/// Writing the lists of positions.
///
/// A merge touches thousands of names that lie anywhere in a large table: a page read and written
/// for each. So it only adds to a small table, `recent_postings`, whose pages are all warm; from
/// there rows are settled into `postings` many at a time, name after name like a hand round a
/// clock. For every name, all of `postings` is older than all of `recent_postings`.
#pragma once

#include "log/segments/index.hpp"
#include "log/segments/index_batch.hpp"
#include "sqlite/database.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace diptych::log::segments {

/// Writes within transactions of the caller's. Not thread-safe.
class list_writer {
public:
    static result<list_writer> prepare(sqlite::database const& in, index_limits const& limits);

    /// Adds a merge's chunks, and settles what is too much.
    result<void> add(std::span<keyed_chunk const> chunks);

    /// Forgets what it knows of the file: after a transaction that was rolled back.
    void forget() { is_counted_ = false; }

private:
    struct row {
        std::string key;
        chunk what;
    };

    result<void> count_recent();
    result<void> settle_piece();
    result<void> settle(std::span<row const> rows_of_one_key);
    result<void> put(sqlite::statement& insert, std::string_view key, chunk const& what);

    sqlite::statement insert_recent_;
    sqlite::statement count_recent_;
    sqlite::statement next_recent_;
    sqlite::statement delete_recent_;
    sqlite::statement last_settled_;
    sqlite::statement put_settled_;
    index_limits limits_;
    std::int64_t recent_count_ = 0;  // Rows of recent_postings, if is_counted_.
    bool is_counted_ = false;
    std::string hand_;  // Settling goes on at this key.
};

}  // namespace diptych::log::segments
