#include "sqlite/file_trust.hpp"

#include "sqlite/failure.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <sqlite3.h>
#include <string>
#include <utility>

namespace diptych::sqlite {

namespace {

std::string mark_of(location const& file) { return file.string() + "-distrusted"; }

result<bool> is_marked(location const& file) {
    auto const there = file.disk().look_at(mark_of(file));
    if (!there && there.error().kind != errc::not_found) return std::unexpected(there.error());
    return there.has_value();
}

result<void> sync_names(location const& file) {
    auto const directory = file.path.parent_path();
    auto synced = file.disk().sync_directory(directory.empty() ? "." : directory);
    if (!synced && synced.error().kind == errc::not_found) return {};
    return synced;
}

result<void> mark(location const& file) {
    DIPTYCH_TRY(auto const made, file.disk().open(mark_of(file), storage::file_mode::create_new));
    DIPTYCH_TRY(made->sync());
    return sync_names(file);
}

result<void> write_again(storage::file& all, std::uint64_t size) {
    std::string piece;
    for (std::uint64_t at = 0; at < size; at += piece.size()) {
        piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(size - at, 1u << 20)));
        DIPTYCH_TRY(auto const there, all.read(at, std::span<char>(piece)));
        if (there == 0) return {};
        piece.resize(there);
        DIPTYCH_TRY(all.write(at, piece));
    }
    return {};
}

result<void> remove_if_there(location const& file, std::string const& suffix) {
    auto gone = file.disk().remove(file.string() + suffix);
    if (!gone && gone.error().kind == errc::not_found) return {};
    return gone;
}

}  // namespace

file_trust::file_trust(location file, sqlite3* handle, int wal_pages)
    : file_(std::move(file)), handle_(handle), wal_pages_(wal_pages) {
    move_after(wal_pages);
}

void file_trust::move_after(int wal_pages) {
    wal_pages_ = wal_pages;
    if (wal_pages == 0) {
        sqlite3_wal_hook(handle_, nullptr, nullptr);
        return;
    }
    auto const committed = [](void* of, sqlite3*, char const*, int pages) {
        auto& self = *static_cast<file_trust*>(of);
        if (pages >= self.wal_pages_) (void)self.checkpoint();
        return SQLITE_OK;  // the commit is none the worse for it
    };
    sqlite3_wal_hook(handle_, committed, this);
}

int file_trust::checkpoint() {
    if (is_lost_) return SQLITE_OK;
    // Another connection of this process may have found it out.
    auto const marked = is_marked(file_);
    if (!marked) return SQLITE_IOERR;  // perhaps it can be told the next time
    if (*marked) leave_as_it_is();
    if (is_lost_) return SQLITE_OK;
    auto const code =
        sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    if (code != SQLITE_IOERR_FSYNC && code != SQLITE_IOERR_DIR_FSYNC) return code;
    leave_as_it_is();
    (void)mark(file_);  // also without it nothing is moved by this connection
    return code;
}

void file_trust::leave_as_it_is() {
    is_lost_ = true;
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

void file_trust::before_close() {
    auto const code = checkpoint();
    if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY) leave_as_it_is();
}

result<void> write_wal_again(location const& file, sqlite3* handle) {
    auto const wal = file.disk().open(file.string() + "-wal", storage::file_mode::read_write);
    if (!wal && wal.error().kind == errc::not_found) return {};
    if (!wal) return std::unexpected(wal.error());
    DIPTYCH_TRY(auto const size, (*wal)->size());
    if (size == 0) return {};
    auto const begun = sqlite3_exec(handle, "begin immediate", nullptr, nullptr, nullptr);
    if ((begun & 0xff) == SQLITE_BUSY) return {};
    if (begun != SQLITE_OK) return failure_of(handle, begun);
    auto done = write_again(**wal, size);
    sqlite3_exec(handle, "rollback", nullptr, nullptr, nullptr);
    return done;
}

result<void> remove(location const& file) {
    // The main file first, for good: SQLite throws a WAL without its file away, but takes a file
    // without its WAL for whole. And no WAL may come back to the next file of that name.
    DIPTYCH_TRY(remove_if_there(file, ""));
    DIPTYCH_TRY(sync_names(file));
    DIPTYCH_TRY(remove_if_there(file, "-wal"));
    DIPTYCH_TRY(remove_if_there(file, "-shm"));
    return sync_names(file);
}

result<void> replace(location const& file, location const& with) {
    auto const there = file.disk().look_at(with.path);
    if (!there && there.error().kind != errc::not_found) return std::unexpected(there.error());
    if (there) {
        DIPTYCH_TRY(sync_names(file));  // if that fails, the old one still has its name
        DIPTYCH_TRY(remove(file));
        DIPTYCH_TRY(remove_if_there(file, "-distrusted"));
        DIPTYCH_TRY(file.disk().rename(with.path, file.path));
    } else {
        auto const renamed_before = file.disk().look_at(file.path);
        if (!renamed_before)
            return fail(
                errc::failed,
                "lost_file",
                "neither " + with.string() + " is there nor " + file.string()
            );
    }
    return sync_names(file);
}

bool is_distrusted(location const& file) { return is_marked(file).value_or(true); }

result<void> remove_if_distrusted(location const& file) {
    DIPTYCH_TRY(auto const marked, is_marked(file));
    if (!marked) return {};
    DIPTYCH_TRY(remove(file));
    return file.disk().remove(mark_of(file));
}

}  // namespace diptych::sqlite
