/// @file
/// The events that a view has given up on for now, in its own database: docs/reference/view-file.md
/// has the tables.
///
/// Only the tables; which events are parked says parking.hpp.
#pragma once

#include "read/event_keys.hpp"
#include "read/parking_state.hpp"
#include "sqlite/database.hpp"

#include <diptych/clock.hpp>
#include <diptych/error.hpp>
#include <diptych/position.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace diptych::read {

/// An event that is not in the rows of a view.
struct dead_letter {
    position at;
    std::string type = {};
    std::string stream = {};
    std::string code;    ///< Of the error; "parked_behind" if it only waits.
    std::string reason;  ///< A sentence.
    int attempts = 0;
    timestamp parked_at = {};
    std::optional<position> behind = {};  ///< What it waits for; nullopt: the view failed on it.
};

/// Makes the tables, empty.
result<void> create_dead_letters(sqlite::database const& in);

/// The state in a file that has the tables.
result<parking_state> read_parking(sqlite::database const& in);
result<void> write_parking(sqlite::database const& in, parking_state const& state);

/// Some of them in order of position, behind `after`; on any connection to a file with the tables.
result<std::vector<dead_letter>> list_dead_letters(
    sqlite::database const& in, position after, std::size_t limit
);

/// One of them, if it is there.
result<std::optional<dead_letter>> find_dead_letter(sqlite::database const& in, position at);

/// Changes dead letters inside the caller's transaction. Its statements are prepared when they are
/// first needed. Not thread-safe. Keeps a reference: the connection must outlive it.
class dead_letters {
public:
    explicit dead_letters(sqlite::database const& in) : in_(in) {}

    result<void> add(dead_letter const& one, event_keys const& keys);
    result<void> add_keys(position at, event_keys const& keys);

    /// The first one before `before` that has the key.
    result<std::optional<dead_letter>> first_with(std::string_view key, position before);

    /// The first one behind `after`.
    result<std::optional<dead_letter>> next(position after);

    /// The keys of one of them.
    result<event_keys> keys_of(position at);

    /// Writes reason, code, attempts and what it waits for.
    result<void> change(dead_letter const& one);

    result<void> remove(position at);
    result<void> remove_all();
    result<void> remove_all_keys();

private:
    result<void> run(sqlite::statement& with, char const* sql, position at);

    sqlite::database const& in_;
    sqlite::statement add_;
    sqlite::statement add_key_;
    sqlite::statement first_with_;
    sqlite::statement next_;
    sqlite::statement keys_;
    sqlite::statement change_;
    sqlite::statement remove_;
    sqlite::statement remove_keys_;
};

}  // namespace diptych::read
