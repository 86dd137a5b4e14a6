/// @file
/// Values written in the tests of a view file, in the form in which columns store them.
#pragma once

#include "read/column_type.hpp"
#include "sqlite/database.hpp"

#include <diptych/error.hpp>
#include <diptych/json_value.hpp>

#include <optional>
#include <string>

namespace diptych::read {

/// Brings JSON into the form of columns. Not thread-safe.
class case_cells {
public:
    /// Fails with what opening a database in memory failed with.
    static result<case_cells> make();

    /// The value as an SQL literal, as a column of this type stores it. Fails with invalid, the
    /// message what was expected instead: "an integer of 64 bits".
    result<std::string> stored(json::value from, std::optional<column_type> as);

private:
    sqlite::database in_;
    sqlite::statement plain_;
    sqlite::statement json_;
};

}  // namespace diptych::read
