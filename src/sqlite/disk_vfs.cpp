#include "sqlite/disk_vfs.hpp"

#include "sqlite/disk_file.hpp"
#include "sqlite/location.hpp"

#include <diptych/assert.hpp>

#include <fmt/core.h>

#include <cstring>
#include <new>
#include <sqlite3.h>

namespace diptych::sqlite {

namespace {

constexpr int path_max = 4096;

}  // namespace

struct disk_vfs::implementation {
    explicit implementation(storage::disk& on) : shared{.disk = on} {
        name = fmt::format("diptych-disk-{}", static_cast<void const*>(this));
        vfs.iVersion = 2;
        vfs.szOsFile = sizeof(disk_file);
        vfs.mxPathname = path_max;
        vfs.zName = name.c_str();
        vfs.pAppData = this;
        vfs.xOpen = open;
        vfs.xDelete = remove;
        vfs.xAccess = access;
        vfs.xFullPathname = full_path;
        vfs.xRandomness = [](sqlite3_vfs*, int size, char* into) {
            std::memset(into, 0, static_cast<std::size_t>(size));
            return size;
        };
        // Nobody else runs while this one waits, in a simulation.
        vfs.xSleep = [](sqlite3_vfs*, int us) { return us; };
        vfs.xCurrentTime = [](sqlite3_vfs*, double* day) { return *day = 2'461'000.5, SQLITE_OK; };
        vfs.xGetLastError = [](sqlite3_vfs*, int, char*) { return 0; };
        vfs.xCurrentTimeInt64 = [](sqlite3_vfs*, sqlite3_int64* ms) {
            return *ms = 2'461'000ll * 86'400'000, SQLITE_OK;
        };
        DIPTYCH_ASSERT(sqlite3_vfs_register(&vfs, 0) == SQLITE_OK, "SQLite takes another VFS");
    }
    ~implementation() { sqlite3_vfs_unregister(&vfs); }
    implementation(implementation const&) = delete;
    implementation& operator=(implementation const&) = delete;

    static implementation& of(sqlite3_vfs* vfs) {
        return *static_cast<implementation*>(vfs->pAppData);
    }

    static int open(
        sqlite3_vfs* vfs, char const* path, sqlite3_file* into, int flags, int* out_flags
    ) {
        into->pMethods = nullptr;
        if (path == nullptr) return SQLITE_CANTOPEN;  // temporary files stay in memory
        auto& self = of(vfs);
        auto const writes = (flags & SQLITE_OPEN_READWRITE) != 0;
        auto opened = self.shared.disk.open(
            path, writes ? storage::file_mode::read_write : storage::file_mode::read_only
        );
        auto is_new = false;
        if (!opened && opened.error().kind == errc::not_found && (flags & SQLITE_OPEN_CREATE)) {
            opened = self.shared.disk.open(path, storage::file_mode::create_new);
            is_new = true;
        }
        if (!opened) return SQLITE_CANTOPEN;
        auto const facts = self.shared.disk.look_at(path);
        if (!facts) return SQLITE_CANTOPEN;
        // As on Unix: the name of a new journal is made durable with its first sync.
        auto const is_journal =
            (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL)) != 0;
        ::new (into) disk_file(*std::move(opened), self.shared, path, *facts, is_new && is_journal);
        if (out_flags != nullptr) *out_flags = flags;
        return SQLITE_OK;
    }

    static int remove(sqlite3_vfs* vfs, char const* path, int sync_directory) {
        auto& disk = of(vfs).shared.disk;
        if (auto const gone = disk.remove(path); !gone)
            return gone.error().kind == errc::not_found ? SQLITE_IOERR_DELETE_NOENT
                                                        : SQLITE_IOERR_DELETE;
        if (sync_directory == 0) return SQLITE_OK;
        auto const synced = disk.sync_directory(std::filesystem::path(path).parent_path());
        return synced ? SQLITE_OK : SQLITE_IOERR_DIR_FSYNC;
    }

    // An empty file counts as none, as on Unix.
    static int access(sqlite3_vfs* vfs, char const* path, int, int* is_there) {
        auto const found = of(vfs).shared.disk.look_at(path);
        *is_there = found && found->bytes > 0 ? 1 : 0;
        return found || found.error().kind == errc::not_found ? SQLITE_OK : SQLITE_IOERR_ACCESS;
    }

    static int full_path(sqlite3_vfs*, char const* path, int size, char* into) {
        auto const length = std::strlen(path) + 1;
        if (length > static_cast<std::size_t>(size)) return SQLITE_CANTOPEN;
        std::memcpy(into, path, length);
        return SQLITE_OK;
    }

    disk_files shared;
    std::string name;
    sqlite3_vfs vfs{};
};

disk_vfs::disk_vfs(storage::disk& on) : implementation_(std::make_unique<implementation>(on)) {}
disk_vfs::~disk_vfs() = default;
storage::disk& disk_vfs::files() const { return implementation_->shared.disk; }
std::string const& disk_vfs::name() const { return implementation_->name; }

storage::disk& location::disk() const { return vfs ? vfs->files() : storage::system_disk(); }

}  // namespace diptych::sqlite
