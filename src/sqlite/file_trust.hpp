/// @file
/// When a sync fails, the kernel reports it once and forgets what it could not write: the pages are
/// in memory, a second sync says that all is well, and after a power loss they are not there.
/// SQLite would move such a WAL into the file and be left with half of it.
///
/// So a file of which a sync has failed is not trusted again. Nothing is moved into it any more, so
/// that what is durable stays whole; and a mark beside it makes the next who opens it to write
/// begin with an empty one. The mark may fail, too, or its process be killed first: so what another
/// life has left in a WAL is written again before anything of it is moved. See "Can applications
/// recover from fsync failures?" (Rebello et al., USENIX ATC 2020).
#pragma once

#include "sqlite/location.hpp"

#include <diptych/error.hpp>

struct sqlite3;

namespace diptych::sqlite {

/// Moves the WAL of one connection into its file. Not thread-safe. Stays where it is: the
/// connection has a pointer to it.
class file_trust {
public:
    /// `wal_pages` as in move_after().
    file_trust(location file, sqlite3* handle, int wal_pages);
    file_trust(file_trust const&) = delete;
    file_trust& operator=(file_trust const&) = delete;

    /// After a commit that leaves so many pages in the WAL it is moved; 0: only by checkpoint().
    void move_after(int wal_pages);

    /// What can be moved without waiting; nothing once a sync has failed, which is told once.
    /// SQLite's code.
    int checkpoint();

    /// Whether nothing is moved any more: it must be begun anew.
    bool is_lost() const { return is_lost_; }

    /// As after a failed sync, but unmarked: who opens it next may trust it.
    void leave_as_it_is();

    /// The last to close moves what is left, unless that could go wrong.
    void before_close();

private:
    location file_;
    sqlite3* handle_;
    int wal_pages_;
    bool is_lost_ = false;
};

/// Writes what is in the WAL again, byte for byte, unless somebody is writing to it, who has done
/// so when he opened it: then the sync before it is moved is one of all of it. For who opens the
/// file first in a process; `handle` is to wait for no lock. Fails as the disk does.
result<void> write_wal_again(location const& file, sqlite3* handle);

/// Removes a database with its WAL, for good, and never leaves half of it behind, wherever the
/// process or the machine stops. Fails with denied or failed; what is not there is no failure.
result<void> remove(location const& file);

/// Puts one that is whole and closed in the place of another, for good, mark and WAL of that
/// included: half of both is never there, but for a moment there is none. Asked again after it has
/// failed, it goes on.
result<void> replace(location const& file, location const& with);

/// Whether a sync of it has failed, or it can not be told.
bool is_distrusted(location const& file);

/// Removes one that bears the mark, and the mark.
result<void> remove_if_distrusted(location const& file);

}  // namespace diptych::sqlite
