/// @file
/// The SQLite file of one version of a view: its tables, and the checkpoint beside them.
#pragma once

#include "log/frame.hpp"
#include "log/hash.hpp"
#include "read/dead_letters.hpp"
#include "sqlite/database.hpp"

#include <diptych/error.hpp>
#include <diptych/position.hpp>
#include <diptych/uuid.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <utility>

namespace diptych::read {

/// How far the rows are, and on which log.
struct checkpoint {
    uuid log_id;
    token at;
    log::hash256 chain{};           ///< The log's hash chain there; all zero at 0.
    bool has_dead_letters = false;  ///< The file has tables for them.
};

/// Creates a view's tables on an empty connection.
using create_tables = std::function<result<void>(sqlite::database const&)>;

/// The writing connection. Not thread-safe.
class view_database {
public:
    /// Opens the file, or creates it with its tables for this log. With `paced` nothing
    /// here moves the WAL into the file, else it is moved when it has so many pages.
    ///
    /// Fails with invalid if it has a newer format, corrupt if it is no view's file, or what SQLite
    /// failed with.
    static result<view_database> open(
        sqlite::location const& file,
        uuid const& log_id,
        create_tables const& create,
        bool paced,
        int wal_pages = 1000
    );

    checkpoint const& at() const { return at_; }

    /// What is parked, as of the last commit or of begin().
    parking_state const& parking() const { return parking_; }
    sqlite::database const& connection() const { return connection_; }

    /// As sqlite::database::interrupt_when.
    void interrupt_when(std::function<bool()> is_enough) {
        connection_.interrupt_when(std::move(is_enough));
    }

    /// Takes the write lock. Fails with unavailable if another process has it, or has moved the
    /// checkpoint: at() is then where that one has put it.
    result<void> begin();
    void roll_back();

    /// What is parked in the open transaction; commit() writes it.
    parking_state& parking_now() { return parking_now_; }

    /// Makes the tables for dead letters, inside of the open transaction, if there are none.
    result<void> make_dead_letters();

    /// Writes the checkpoint and commits. After a failure nothing of the transaction is there.
    /// Fails with unavailable if SQLite has rolled it back by itself, else with what SQLite failed
    /// with.
    result<void> commit(checkpoint const& next);

    /// Whether SQLite is inside a transaction; it leaves one by itself when it runs out of room.
    bool in_transaction() const;

private:
    result<void> prepare();

    std::filesystem::path file_;
    sqlite::database connection_;
    sqlite::statement begin_;
    sqlite::statement commit_;
    sqlite::statement save_;
    sqlite::statement position_;
    checkpoint at_;
    parking_state parking_;
    parking_state parking_now_;
};

/// Reads the checkpoint of a view's file on any connection to it; `file` is what errors name.
///
/// Fails with corrupt if it is no view's file, invalid if it has a newer format.
result<checkpoint> read_checkpoint(
    sqlite::database const& connection, std::filesystem::path const& file
);

/// The format of a file that has tables for dead letters. A program that does not know of them
/// would apply what waits behind them.
inline constexpr std::int64_t format_with_dead_letters = 2;

/// Reads the checkpoint of a view's file on any connection to it.
inline constexpr char const* checkpoint_query =
    "select format, log_id, epoch, position, chain from _diptych";

}  // namespace diptych::read
