#include "sqlite/failure.hpp"

#include <cerrno>
#include <cstring>
#include <sqlite3.h>
#include <string>

namespace diptych::sqlite {

namespace {

struct verdict {
    errc kind;
    char const* code;
};

verdict constraint(int code) {
    switch (code) {
        case SQLITE_CONSTRAINT_UNIQUE:
            return {errc::refused, "constraint_unique"};
        case SQLITE_CONSTRAINT_PRIMARYKEY:
            return {errc::refused, "constraint_primary_key"};
        case SQLITE_CONSTRAINT_ROWID:
            return {errc::refused, "constraint_primary_key"};
        case SQLITE_CONSTRAINT_NOTNULL:
            return {errc::refused, "constraint_notnull"};
        case SQLITE_CONSTRAINT_CHECK:
            return {errc::refused, "constraint_check"};
        case SQLITE_CONSTRAINT_FOREIGNKEY:
            return {errc::refused, "constraint_foreign_key"};
        case SQLITE_CONSTRAINT_DATATYPE:
            return {errc::refused, "constraint_datatype"};
        default:
            return {errc::refused, "constraint"};
    }
}

verdict by_system_error(int reason) {
    switch (reason) {
        case ENOENT:
        case ENOTDIR:
            return {errc::not_found, "no_such_file"};
        case EACCES:
        case EPERM:
        case EROFS:
            return {errc::denied, "file_denied"};
        case ENOSPC:
        case EDQUOT:
            return {errc::unavailable, "disk_full"};
        case EMFILE:
        case ENFILE:
            return {errc::unavailable, "too_many_files"};
        default:
            return {errc::failed, "cannot_open"};
    }
}

verdict judge(int code, int system_error) {
    switch (code & 0xff) {
        case SQLITE_CONSTRAINT:
            return constraint(code);
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return {errc::unavailable, "busy"};
        case SQLITE_INTERRUPT:
            return {errc::unavailable, "interrupted"};
        case SQLITE_FULL:
            return {errc::unavailable, "disk_full"};
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_AUTH:
            return {errc::denied, "read_only"};
        case SQLITE_CORRUPT:
            return {errc::corrupt, "damaged_file"};
        case SQLITE_NOTADB:
            return {errc::corrupt, "not_a_database"};
        case SQLITE_CANTOPEN:
            return by_system_error(system_error);
        case SQLITE_IOERR:
            // A write that found no room may come as an I/O error, depending on where it was.
            if (system_error == ENOSPC || system_error == EDQUOT)
                return {errc::unavailable, "disk_full"};
            return {errc::failed, "input_output"};
        case SQLITE_TOOBIG:
            return {errc::failed, "too_big"};
        case SQLITE_ERROR:
            return {errc::failed, "sql"};
        default:
            return {errc::failed, "sqlite"};
    }
}

}  // namespace

std::unexpected<error> failure_of(sqlite3* connection, int code) {
    auto const system_error = connection ? sqlite3_system_errno(connection) : 0;
    auto const [kind, name] = judge(code, system_error);
    auto const said = connection && sqlite3_extended_errcode(connection) == code
                          ? std::string{sqlite3_errmsg(connection)}
                          : std::string{sqlite3_errstr(code)};
    if (kind == errc::refused) return fail(kind, name, said);

    auto message = said;
    auto const* const file = connection ? sqlite3_db_filename(connection, "main") : nullptr;
    if (file && *file) message = std::string{file} + ": " + message;
    auto const is_about_the_file =
        (code & 0xff) == SQLITE_CANTOPEN || (code & 0xff) == SQLITE_IOERR;
    if (system_error != 0 && is_about_the_file)
        message += std::string{" ("} + std::strerror(system_error) + ')';
    message += " [SQLite " + std::to_string(code) + ']';
    return fail(kind, name, std::move(message));
}

}  // namespace diptych::sqlite
