/// @file
/// Reads all that stands in an index, row by row, for comparing it with the log.
#pragma once

#include "log/record.hpp"
#include "log/segments/index_facts.hpp"
#include "sqlite/database.hpp"

#include <diptych/error.hpp>

#include <functional>
#include <optional>
#include <string_view>

namespace diptych::log::segments {

/// Fails with corrupt, code wrong_index.
std::unexpected<error> wrong_index(std::optional<position> at, std::string_view why);

/// Whether SQLite finds the file sound, all its tables in order.
result<void> check_pages(sqlite::database const& in);

/// Every list and every event id. Fails with corrupt if a row does not decode, or does not fit the
/// rows before it.
result<void> each_fact(
    sqlite::database const& in, std::function<void(index_fact const&)> const& visit
);

/// The recorded answers, in their order. Not thread-safe.
class answer_rows {
public:
    static result<answer_rows> prepare(sqlite::database const& in);

    /// Goes to the next one; false behind the last. Fails with corrupt if it cannot be found by its
    /// command, or more can be found than there are.
    result<bool> next();

    /// Whether this is the row of that answer.
    bool is(answer const& what) const;

    std::string caller() const { return std::string(rows_.blob(0)); }
    std::string id() const { return std::string(rows_.blob(1)); }

private:
    sqlite::statement rows_;
    sqlite::statement keys_;
    sqlite::statement key_count_;
    std::int64_t seen_ = 0;
};

}  // namespace diptych::log::segments
