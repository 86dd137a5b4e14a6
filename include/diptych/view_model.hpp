/// @file
/// What the engine knows of a view written in C++: its columns, its events, and the function that
/// changes its rows. Users of the library need nothing in here; see view.hpp.
#pragma once

#include <diptych/error.hpp>
#include <diptych/event.hpp>
#include <diptych/model.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace diptych::model {

/// A value as a column stores it: times in microseconds since 1970 UTC, booleans as 0 and 1, JSON
/// as text.
using cell = std::variant<std::monostate, std::int64_t, double, std::string>;

/// The rows of a view, inside the transaction in which an event is applied. Not thread-safe.
class row_store {
public:
    virtual ~row_store() = default;

    /// All columns of the row with this key; nullopt if there is none.
    virtual result<std::optional<std::vector<cell>>> find(std::span<cell const> key) = 0;

    /// Inserts the row, or replaces the one with its key. Fails with refused if a constraint says
    /// no.
    virtual result<void> put(std::span<cell const> row) = 0;

    /// Whether there was a row to erase.
    virtual result<bool> erase(std::span<cell const> key) = 0;
};

struct view_column {
    std::string name;
    value_kind kind = value_kind::text;  ///< text, integer, real, boolean, timestamp or json.
    bool required = true;
};

struct view {
    std::string name;
    bool is_inline = false;
    bool parks = false;  ///< Sets aside what it fails on. Not if it is inline.
    std::vector<view_column> columns;
    std::size_t key_size = 1;  ///< The first columns are the primary key.
    std::vector<std::vector<std::string>> unique = {};
    std::vector<std::string> filter = {};
    std::vector<std::string> sort = {};
    std::vector<std::string> types;  ///< Event types it projects, former names included.
    std::string fingerprint;  ///< Changes when its events, their upcasters or its revision do.

    /// Applies one event. What user code throws comes out as failed.
    result<void> (*project)(recorded_event const& event, row_store& rows);
};

}  // namespace diptych::model
