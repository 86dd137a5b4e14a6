/// @file
/// The rows of a view's tables, as they are stored, in the order of their keys.
#pragma once

#include "read/view_definition.hpp"
#include "sqlite/database.hpp"

#include <diptych/error.hpp>

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace diptych::read {

/// Bytes, which are told from text.
struct blob {
    std::string bytes;
    auto operator<=>(blob const&) const = default;
};

/// In the order of SQLite: null, numbers, texts, blobs. A column has one type.
using found_cell = std::variant<std::monostate, std::int64_t, double, std::string, blob>;

/// A row of a table.
struct stored_row {
    std::vector<found_cell> key;
    std::vector<found_cell> cells;
};

/// Names in their order, and those of the primary key in theirs.
struct table_columns {
    std::vector<std::string> names;
    std::vector<std::string> key;

    bool has(std::string const& name) const {
        return std::ranges::find(names, name) != names.end();
    }
};

/// The tables of a view, by name; not the engine's and not SQLite's.
result<std::vector<std::string>> tables_of(sqlite::database const& in);

/// None if there is no such table. Fails with corrupt if it has no primary key.
result<table_columns> columns_of(sqlite::database const& in, std::string const& table);

/// The schema as text, the same for the same tables and indexes.
result<std::string> schema_of(sqlite::database const& in);

/// Walks a table by key. Not thread-safe. Keeps a reference: the connection must outlive it.
class table_rows {
public:
    /// Only these columns, the first row being here.
    static result<table_rows> open(
        sqlite::database const& in, std::string const& table, table_columns const& columns
    );

    bool is_at_end() const { return !here_; }
    stored_row const& here() const { return *here_; }
    result<void> next();

    /// The row as an object, values as they are stored; docs/reference/view-export.md has the form.
    std::string as_json() const;

    /// The row as an object, values as queries answer them, by their declared types; as they are
    /// stored where they are not of that type, or none is declared (null).
    std::string as_json(table const* declared) const;

private:
    found_cell cell_at(int column) const;

    std::vector<std::string> names_;
    std::vector<std::size_t> key_;
    sqlite::statement rows_;
    std::optional<stored_row> here_;
};

}  // namespace diptych::read
