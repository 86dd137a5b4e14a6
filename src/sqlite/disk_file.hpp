/// @file
/// One file that SQLite has open on a disk that was handed in, with the locks that connections to
/// the same file hold against each other.
#pragma once

#include "storage/disk.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <sqlite3.h>
#include <string>
#include <utility>
#include <vector>

namespace diptych::sqlite {

class disk_file;

/// What all that have one file open share.
struct file_locks {
    using page = std::array<char, 32'768>;
    std::vector<disk_file*> holders;
    std::vector<std::unique_ptr<page>> pages;  ///< Shared memory of a WAL.
};

/// All files of one disk.
struct disk_files {
    storage::disk& disk;
    std::mutex mutex = {};  ///< Guards `locks` and what is in it.
    /// Of those that are open, by storage::file_facts::identity: another file may take the name.
    std::map<std::pair<std::uint64_t, std::uint64_t>, file_locks> locks = {};
};

/// Made by the VFS in memory that SQLite gives, and destroyed by close.
class disk_file : public sqlite3_file {
public:
    disk_file(
        std::unique_ptr<storage::file> of,
        disk_files& among,
        std::string path,
        storage::file_facts const& facts,
        bool name_is_new
    );

private:
    static disk_file& self(sqlite3_file* file) { return *static_cast<disk_file*>(file); }
    static sqlite3_io_methods const methods;

    int close();
    int read(void* into, int size, sqlite3_int64 offset) const;
    int write(void const* bytes, int size, sqlite3_int64 offset);
    int sync();
    int lock(int level);
    int unlock(int level);
    bool others_hold(int level) const;
    int map(int page, int size, bool extend, void volatile** at);
    int lock_shared(int first, int count, int flags);
    void unmap();

    static constexpr int slots = SQLITE_SHM_NLOCK;

    std::unique_ptr<storage::file> file_;
    disk_files& among_;
    std::string path_;
    std::pair<std::uint64_t, std::uint64_t> identity_;
    bool name_is_new_;  // its directory was not synced yet
    int level_ = SQLITE_LOCK_NONE;
    bool is_mapped_ = false;
    std::array<int, slots> held_{};  // SQLITE_SHM_SHARED, SQLITE_SHM_EXCLUSIVE or 0
};

}  // namespace diptych::sqlite
