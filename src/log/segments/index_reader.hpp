/// @file
/// Reading the index: one read-only connection with its statements.
#pragma once

#include "log/postings.hpp"
#include "log/segments/index_answers.hpp"
#include "log/segments/index_chunk.hpp"
#include "log/segments/index_ids.hpp"
#include "log/segments/index_schema.hpp"
#include "sqlite/database.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::log::segments {

/// Null: there is no such file.
using file_identity = std::optional<std::pair<std::uint64_t, std::uint64_t>>;

/// A read-only connection. Everything between begin() and end() sees one checkpoint. Not
/// thread-safe.
class index_reader {
public:
    static result<std::unique_ptr<index_reader>> open(
        sqlite::location const& file, uuid const& log_id
    );

    /// Takes a snapshot, which it holds until end().
    result<index_checkpoint> begin();
    result<void> end();

    result<std::vector<position>> after(posting_key key, position after, std::size_t limit);
    result<std::vector<position>> before(posting_key key, position before, std::size_t limit);
    result<std::optional<version>> last_version(std::string_view stream);
    result<std::vector<position>> from_version(
        std::string_view stream, version from, std::size_t limit
    );
    result<std::optional<position>> find(std::string_view stream, uuid const& id);
    result<std::optional<answer>> find_answer(std::string_view caller, std::string_view id);
    result<std::optional<std::string>> load_state(std::string_view name);

    /// Whether it may be used again: the file under the name is still the one that was opened, and
    /// somebody who begins to write to it would be noticed.
    bool is_current() const;

private:
    // The chunks of one list in one of the two tables. Columns: first, last, before, homes, body.
    struct list_table {
        sqlite::statement ascending;   // From the chunk that holds ?2, or the first after it.
        sqlite::statement descending;  // Those that begin before ?2.
    };

    result<std::optional<position>> chunk_of_version(std::string_view key, version wanted);

    std::optional<sqlite::location> file_;
    file_identity identity_;
    sqlite::database database_;
    sqlite::statement begin_;
    sqlite::statement end_;
    checkpoint_reader checkpoint_;
    std::array<list_table, 2> tables_;  // Older first: settled, recent.
    std::optional<id_reader> ids_;
    std::optional<answer_reader> answers_;
    sqlite::statement select_state_;
    std::vector<chunk_entry> unpacked_;
};

}  // namespace diptych::log::segments
