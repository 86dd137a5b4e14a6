/// @file
/// A connection to a SQLite file and its prepared statements, with errors as values.
#pragma once

#include <diptych/error.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace diptych::sqlite {

enum class open_mode { read_write, read_only };

struct options {
    open_mode mode = open_mode::read_write;
    int cache_kib = 16 * 1024;
    int busy_timeout_ms = 5'000;
    bool automatic_checkpoint = true;  ///< False: only checkpoint() moves the WAL into the file.
};

/// A prepared statement. Columns and parameters count from 0 and 1 as in SQLite. Not thread-safe.
/// Its database must outlive it.
class statement {
public:
    statement() = default;

    statement& bind(int at, std::int64_t value);
    statement& bind(int at, double value);
    statement& bind(
        int at, std::string_view text
    );  ///< Copied only until the next step(): must live that long.
    statement& bind_blob(int at, std::string_view bytes);  ///< As above.
    statement& bind_null(int at);

    /// Goes to the next row; false when there is none. Fails with refused on a constraint, else
    /// with failed, corrupt or unavailable as SQLite's code says.
    result<bool> step();

    /// Runs to the end and makes it ready for new parameters.
    result<void> run();

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
};

/// One connection. WAL, synchronous=NORMAL, secure_delete off, foreign keys off, explicit cache.
/// Not thread-safe.
class database {
public:
    /// Opens or (read_write) creates the file; ":memory:" is allowed. Fails with not_found, denied,
    /// corrupt or unavailable.
    static result<database> open(std::filesystem::path const& file, options const& how = {});

    result<statement> prepare(std::string_view sql) const;
    result<void> execute(std::string_view sql
    ) const;  ///< One or several statements without parameters.
    result<void> checkpoint(
    ) const;  ///< Moves what it can of the WAL into the file, without waiting.
    std::int64_t changes() const;
    sqlite3* raw() const { return handle_.get(); }

private:
    struct close {
        void operator()(sqlite3* what) const;
    };
    std::unique_ptr<sqlite3, close> handle_;
};

/// Rolls back when destroyed unless committed. `immediate` takes the write lock at once.
class transaction {
public:
    static result<transaction> begin(database const& in, bool immediate = true);
    result<void> commit();
    transaction(transaction&& other) noexcept : in_(std::exchange(other.in_, nullptr)) {}
    transaction& operator=(transaction&&) = delete;
    ~transaction();

private:
    explicit transaction(database const& in) : in_(&in) {}
    database const* in_;
};

}  // namespace diptych::sqlite
