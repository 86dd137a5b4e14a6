/// @file
/// Recorded answers: in the order of their time, so that they expire from one end, with a hash of
/// caller and command id beside them to be found by.
#pragma once

#include "log/record.hpp"
#include "sqlite/database.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace diptych::log::segments {

/// Writes within transactions of the caller's. Not thread-safe.
class answer_writer {
public:
    static result<answer_writer> prepare(sqlite::database const& in);

    /// Adds answers; one that is here already is left alone.
    result<void> add(std::span<answer const* const> answers);

    /// Forgets up to `limit` answers recorded before `end`, the oldest first; how many.
    result<std::size_t> expire(timestamp end, std::size_t limit);

private:
    sqlite::statement known_;
    sqlite::statement insert_;
    sqlite::statement insert_key_;
    sqlite::statement oldest_;
    sqlite::statement delete_;
    sqlite::statement delete_key_;
};

/// Reads within transactions of the caller's. Not thread-safe.
class answer_reader {
public:
    static result<answer_reader> prepare(sqlite::database const& in);

    /// The newest answer to this command.
    result<std::optional<answer>> find(std::string_view caller, std::string_view id);

private:
    sqlite::statement select_;
};

}  // namespace diptych::log::segments
