/// @file
/// A connection to a SQLite file and its prepared statements, with errors as values.
///
/// A connection and everything made from it belong to one thread at a time: SQLite's own mutexes
/// are switched off. Two threads that want the same file open it twice.
#pragma once

#include "sqlite/file_trust.hpp"
#include "sqlite/location.hpp"

#include <diptych/error.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

struct sqlite3;
struct sqlite3_stmt;

namespace diptych::sqlite {

enum class open_mode { read_write, read_only };

struct options {
    open_mode mode = open_mode::read_write;
    int cache_kib = 16 * 1024;
    int busy_timeout_ms = 5'000;
    bool automatic_checkpoint = true;  ///< False: only checkpoint() moves the WAL into the file.
    int wal_pages = 1000;              ///< Of a WAL that is moved automatically.
    bool is_second = false;            ///< This process has opened the file to write before.
    /// Opens, and is distrusted, if there is no room to write again what another life has left in
    /// the WAL. For who writes to the file by this connection alone.
    bool opens_without_room = false;
};

/// A prepared statement. Columns count from 0 and parameters from 1, as in SQLite. Not thread-safe.
/// Its database must outlive it.
class statement {
public:
    statement() = default;

    /// Sets the parameter `at`. A parameter that does not exist, or a value that is too big, makes
    /// the next step fail. Texts and blobs are not copied: they must live until the statement is
    /// reset, run to its end, or bound anew. A null pointer with no size is the empty text.
    statement& bind(int at, std::int64_t value);
    statement& bind(int at, double value);
    statement& bind(int at, std::string_view text);
    statement& bind_blob(int at, std::string_view bytes);
    statement& bind_null(int at);

    /// Goes to the next row; false when there is none. Fails with refused on a constraint, else
    /// with failed, corrupt, denied or unavailable as SQLite's code says; it is then reset.
    result<bool> step();

    /// Runs to the end and resets. Fails as step does.
    result<void> run();

    /// Makes it ready to run again: its read or write ends, all parameters are null.
    void reset();

    std::int64_t integer(int column) const;
    double real(int column) const;
    std::string_view text(int column) const;  ///< Valid until the next step or reset.
    std::string_view blob(int column) const;  ///< As above.
    bool is_null(int column) const;
    int column_count() const;
    std::string_view column_name(int column) const;
    sqlite3_stmt* raw() const { return statement_.get(); }

private:
    friend class database;
    struct finalize {
        void operator()(sqlite3_stmt* what) const;
    };
    std::unique_ptr<sqlite3_stmt, finalize> statement_;
    int bind_fault_ = 0;  // The first binding that failed, for step to report.
};

/// One connection. WAL, synchronous=NORMAL, secure_delete off, foreign keys off, temporary tables
/// in memory, explicit cache. Not thread-safe: two threads must never share one.
///
/// All of our files can be made again from the log. One of which a sync has failed is not trusted
/// again: whoever opens it next to write begins with an empty one (file_trust.hpp).
class database {
public:
    /// Opens or (read_write) creates the file; ":memory:" is allowed. A read-only connection works
    /// beside the writer of another process, and in a folder that this process may not write to.
    /// Fails with not_found, denied, corrupt or unavailable.
    static result<database> open(location const& file, options const& how = {});

    /// One statement. Fails with failed (code "sql") if it is not SQL that fits the schema, invalid
    /// if there is none or more than one.
    result<statement> prepare(std::string_view sql) const;

    /// Runs one or several statements without parameters. Fails as prepare and step do.
    result<void> execute(std::string_view sql) const;

    /// Moves what it can of the WAL into the file, without waiting for readers or writers.
    result<void> checkpoint() const;

    /// Changes options::wal_pages; 0: only checkpoint() moves anything. For who writes.
    void move_after(int wal_pages) const;

    /// Whether a sync of the file has failed, as far as this connection has noticed, or it was
    /// opened without room: nothing is moved into it any more, and its WAL grows, until it is
    /// removed and opened again.
    bool is_distrusted() const { return trust_ && trust_->is_lost(); }

    /// Pages that this connection has written to the WAL since it was opened.
    std::int64_t pages_written() const;

    /// Whether it relies on nobody writing: it was opened to read in a folder that this process may
    /// not write to, with no writer there. Do not keep it for long.
    bool is_unguarded() const { return is_unguarded_; }

    /// Asks from time to time, while a statement runs, whether it has run long enough; it then
    /// fails with unavailable, code "interrupted". An empty function ends that.
    void interrupt_when(std::function<bool()> is_enough);

    std::int64_t changes() const;  ///< Rows that the last statement changed.
    sqlite3* raw() const { return handle_.get(); }

private:
    struct close {
        close() : trust(nullptr) {}
        file_trust* trust;
        void operator()(sqlite3* what) const;
    };
    static result<database> open_as(location const& file, options const& how, bool unguarded);

    std::unique_ptr<std::function<bool()>> is_enough_;  // the handle has a pointer to it
    std::unique_ptr<file_trust> trust_;                 // so has closing
    std::unique_ptr<sqlite3, close> handle_;
    bool is_unguarded_ = false;
};

/// Rolls back when destroyed unless committed. Keeps a reference: the database must outlive it, in
/// its place.
class transaction {
public:
    /// `immediate` takes the write lock at once. Fails with unavailable if another has it.
    static result<transaction> begin(database const& in, bool immediate = true);

    /// Fails as statement::step does; it may be tried again after unavailable.
    result<void> commit();

    transaction(transaction&& other) noexcept : in_(std::exchange(other.in_, nullptr)) {}
    transaction& operator=(transaction&&) = delete;
    ~transaction();

private:
    explicit transaction(database const& in) : in_(&in) {}
    database const* in_;
};

}  // namespace diptych::sqlite
