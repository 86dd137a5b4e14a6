/// @file
/// SQLite's files on a disk that is handed in: a simulated one, in place of the machine's.
///
/// SQLite calls this a VFS. Locks and the memory that connections to a WAL share are those of one
/// process: another process on the same disk would not see them.
#pragma once

#include "storage/disk.hpp"

#include <memory>
#include <string>

namespace diptych::sqlite {

/// While it lives, connections may be opened on the disk (location::vfs). Thread-safe. Keeps a
/// reference: the disk must outlive it, and it the connections.
class disk_vfs {
public:
    explicit disk_vfs(storage::disk& on);
    ~disk_vfs();
    disk_vfs(disk_vfs const&) = delete;
    disk_vfs& operator=(disk_vfs const&) = delete;

    storage::disk& files() const;
    std::string const& name() const;  ///< Under which SQLite knows it.

private:
    struct implementation;
    std::unique_ptr<implementation> implementation_;
};

}  // namespace diptych::sqlite
