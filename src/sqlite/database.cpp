#include "sqlite/database.hpp"

#include "sqlite/disk_vfs.hpp"
#include "sqlite/failure.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <climits>
#include <sqlite3.h>
#include <string>
#include <unistd.h>

namespace diptych::sqlite {

namespace {

constexpr int instructions_between_questions = 20'000;  // of SQLite's machine: some 100 us

// Debian's build defaults to secure_delete on, synchronous=FULL and a cache of 2 MB: all is said
// explicitly, so that a file behaves the same on every build.
std::string settings(options const& how) {
    std::string pragmas;
    if (how.mode == open_mode::read_write) {
        pragmas += "pragma journal_mode = wal;";
        pragmas += "pragma synchronous = normal;";
        pragmas += "pragma secure_delete = off;";
        pragmas += "pragma wal_autocheckpoint = 0;";  // file_trust does it
    }
    pragmas += "pragma foreign_keys = off;";
    pragmas += "pragma temp_store = memory;";
    pragmas += "pragma cache_size = -" + std::to_string(std::max(how.cache_kib, 1)) + ';';
    // The first read: tells at once whether this is a database that can be read.
    pragmas += "pragma schema_version;";
    return pragmas;
}

// Whether nobody seems to write: the file is there without a WAL, which every writer has, in a
// folder where this process cannot make one.
bool is_still(std::filesystem::path const& file) {
    auto const folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path{"."};
    return ::access(file.c_str(), R_OK) == 0 &&
           ::access((file.string() + "-wal").c_str(), F_OK) != 0 &&
           ::access(folder.c_str(), W_OK) != 0;
}

std::string unguarded_name(std::filesystem::path const& file) {
    std::string name = "file:";
    for (auto const byte : file.string()) {
        if (byte == '?' || byte == '#' || byte == '%') {
            auto const digits = std::string_view{"0123456789ABCDEF"};
            auto const value = static_cast<unsigned char>(byte);
            name += {'%', digits[value >> 4], digits[value & 15]};
        } else {
            name += byte;
        }
    }
    return name + "?immutable=1";
}

// Takes one statement off the text; null where nothing but blanks and comments is left.
result<sqlite3_stmt*> prepare_next(sqlite3* connection, std::string_view& sql) {
    if (sql.size() > INT_MAX) return failure_of(connection, SQLITE_TOOBIG);
    // SQLite would stop there in silence.
    if (sql.find('\0') != sql.npos)
        return fail(errc::invalid, "malformed_sql", "SQL text with a null byte");
    sqlite3_stmt* made = nullptr;
    char const* rest = nullptr;
    auto const code = sqlite3_prepare_v3(
        connection,
        sql.data() ? sql.data() : "",
        static_cast<int>(sql.size()),
        SQLITE_PREPARE_PERSISTENT,
        &made,
        &rest
    );
    if (code != SQLITE_OK) return failure_of(connection, code);
    sql.remove_prefix(made ? static_cast<std::size_t>(rest - sql.data()) : sql.size());
    return made;
}

}  // namespace

void database::close::operator()(sqlite3* what) const {
    if (trust) trust->before_close();
    sqlite3_close_v2(what);
}

result<database> database::open(location const& file, options const& how) {
    auto opened = open_as(file, how, false);
    // Readers of a WAL share a file of locks, which SQLite cannot make in such a folder.
    if (!opened && how.mode == open_mode::read_only && !file.vfs && is_still(file.path))
        return open_as(file, how, true);
    return opened;
}

result<database> database::open_as(location const& file, options const& how, bool unguarded) {
    auto const flags = how.mode == open_mode::read_only
                           ? SQLITE_OPEN_READONLY
                           : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    if (how.mode == open_mode::read_write) {
        DIPTYCH_TRY(remove_if_distrusted(file));
    }
    auto const name = unguarded ? unguarded_name(file.path) : file.string();
    sqlite3* handle = nullptr;
    auto const code = sqlite3_open_v2(
        name.c_str(),
        &handle,
        flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_PRIVATECACHE |
            (unguarded ? SQLITE_OPEN_URI : 0),
        file.vfs ? file.vfs->name().c_str() : nullptr
    );
    database opened;
    opened.handle_.reset(handle);
    opened.is_unguarded_ = unguarded;
    if (code != SQLITE_OK) {
        // A connection that has not come about knows no file.
        auto failure = failure_of(handle, code).error();
        if (!failure.message.contains(file.string()))
            failure.message = file.string() + ": " + failure.message;
        return std::unexpected(std::move(failure));
    }
    // A file that may not be written to is opened to read, in silence.
    if (how.mode == open_mode::read_write && sqlite3_db_readonly(handle, "main") == 1)
        return failure_of(handle, SQLITE_READONLY);
    auto const wait_for_locks = [&](bool waits) {
        sqlite3_busy_timeout(handle, waits ? how.busy_timeout_ms : 0);
    };
    wait_for_locks(true);
    // Nothing is moved by who only reads: what of the WAL is durable is not known to it. Nor by who
    // fails to open: nobody would hear of a sync that fails.
    auto const moves_on_close = [&](bool moves) {
        sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, moves ? 0 : 1, nullptr);
    };
    moves_on_close(false);
    DIPTYCH_TRY(opened.execute(settings(how)));
    if (how.mode == open_mode::read_only) return opened;
    // Who made the WAL may have been killed before its name was durable. Changes go from there into
    // the file only if no older WAL can come back under that name.
    if (auto const directory = file.path.parent_path(); !directory.empty()) {
        DIPTYCH_TRY(file.disk().sync_directory(directory));
    }
    result<void> again;
    if (!how.is_second) {
        wait_for_locks(false);
        again = write_wal_again(file, handle);
        wait_for_locks(true);
    }
    // A file system that copies on write needs room for it.
    auto const is_left = !again && how.opens_without_room && storage::is_disk_full(again.error());
    if (!again && !is_left) return std::unexpected(again.error());
    opened.trust_ =
        std::make_unique<file_trust>(file, handle, how.automatic_checkpoint ? how.wal_pages : 0);
    opened.handle_.get_deleter().trust = opened.trust_.get();
    moves_on_close(true);
    if (is_left) opened.trust_->leave_as_it_is();
    return opened;
}

result<statement> database::prepare(std::string_view sql) const {
    statement made;
    DIPTYCH_TRY(auto* const first, prepare_next(raw(), sql));
    made.statement_.reset(first);
    if (!first) return fail(errc::invalid, "empty_sql", "there is no SQL statement in this text");
    statement more;
    DIPTYCH_TRY(auto* const second, prepare_next(raw(), sql));
    more.statement_.reset(second);
    if (second)
        return fail(errc::invalid, "several_statements", "one SQL statement is expected, not two");
    return made;
}

result<void> database::execute(std::string_view sql) const {
    while (!sql.empty()) {
        statement next;
        DIPTYCH_TRY(auto* const made, prepare_next(raw(), sql));
        if (!made) continue;
        next.statement_.reset(made);
        DIPTYCH_TRY(next.run());
    }
    return {};
}

result<void> database::checkpoint() const {
    if (!trust_) return {};  // it only reads
    auto const code = trust_->checkpoint();
    // Busy: a reader or another checkpoint is in the way; what could be moved has been.
    if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY) return failure_of(raw(), code);
    return {};
}

void database::move_after(int wal_pages) const {
    if (trust_) trust_->move_after(wal_pages);
}

std::int64_t database::pages_written() const {
    auto pages = 0;
    auto unused = 0;
    sqlite3_db_status(raw(), SQLITE_DBSTATUS_CACHE_WRITE, &pages, &unused, 0);
    return pages;
}

void database::interrupt_when(std::function<bool()> is_enough) {
    auto const ask = [](void* what) {
        return (*static_cast<std::function<bool()>*>(what))() ? 1 : 0;
    };
    auto next = is_enough ? std::make_unique<std::function<bool()>>(std::move(is_enough)) : nullptr;
    if (next)
        sqlite3_progress_handler(raw(), instructions_between_questions, ask, next.get());
    else
        sqlite3_progress_handler(raw(), 0, nullptr, nullptr);
    is_enough_ = std::move(next);
}

std::int64_t database::changes() const { return sqlite3_changes64(raw()); }

result<transaction> transaction::begin(database const& in, bool immediate) {
    DIPTYCH_TRY(in.execute(immediate ? "begin immediate" : "begin"));
    return transaction{in};
}

result<void> transaction::commit() {
    DIPTYCH_TRY(in_->execute("commit"));
    in_ = nullptr;
    return {};
}

transaction::~transaction() {
    // After some failures (no room, no memory) SQLite has rolled back on its own.
    if (in_ && !sqlite3_get_autocommit(in_->raw())) (void)in_->execute("rollback");
}

}  // namespace diptych::sqlite
