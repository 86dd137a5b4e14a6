#include "sqlite/disk_file.hpp"

#include <diptych/assert.hpp>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <utility>

namespace diptych::sqlite {

namespace {

constexpr int sector_bytes = 4096;

int code_of(result<void> const& done, int otherwise) {
    if (done) return SQLITE_OK;
    return done.error().kind == errc::unavailable ? SQLITE_FULL : otherwise;
}

}  // namespace

sqlite3_io_methods const disk_file::methods = {
    .iVersion = 2,
    .xClose = [](sqlite3_file* file) { return self(file).close(); },
    .xRead = [](sqlite3_file* file, void* into, int size, sqlite3_int64 offset
             ) { return self(file).read(into, size, offset); },
    .xWrite = [](sqlite3_file* file, void const* bytes, int size, sqlite3_int64 offset
              ) { return self(file).write(bytes, size, offset); },
    .xTruncate =
        [](sqlite3_file* file, sqlite3_int64 size) {
            auto const done = self(file).file_->truncate(static_cast<std::uint64_t>(size));
            return code_of(done, SQLITE_IOERR_TRUNCATE);
        },
    .xSync = [](sqlite3_file* file, int) { return self(file).sync(); },
    .xFileSize =
        [](sqlite3_file* file, sqlite3_int64* size) {
            auto const is = self(file).file_->size();
            if (!is) return SQLITE_IOERR_FSTAT;
            *size = static_cast<sqlite3_int64>(*is);
            return SQLITE_OK;
        },
    .xLock = [](sqlite3_file* file, int level) { return self(file).lock(level); },
    .xUnlock = [](sqlite3_file* file, int level) { return self(file).unlock(level); },
    .xCheckReservedLock =
        [](sqlite3_file* file, int* is) {
            auto& one = self(file);
            std::scoped_lock const guard{one.among_.mutex};
            *is = one.level_ >= SQLITE_LOCK_RESERVED || one.others_hold(SQLITE_LOCK_RESERVED);
            return SQLITE_OK;
        },
    .xFileControl = [](sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; },
    .xSectorSize = [](sqlite3_file*) { return sector_bytes; },
    // As SQLite assumes of every disk: a write that is torn harms no bytes beside it.
    .xDeviceCharacteristics = [](sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; },
    .xShmMap = [](sqlite3_file* file, int page, int size, int extend, void volatile** at
               ) { return self(file).map(page, size, extend != 0, at); },
    .xShmLock = [](sqlite3_file* file, int first, int count, int flags
                ) { return self(file).lock_shared(first, count, flags); },
    .xShmBarrier = [](sqlite3_file*) {},
    .xShmUnmap =
        [](sqlite3_file* file, int) {
            self(file).unmap();
            return SQLITE_OK;
        },
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

disk_file::disk_file(
    std::unique_ptr<storage::file> of,
    disk_files& among,
    std::string path,
    storage::file_facts const& facts,
    bool name_is_new
)
    : sqlite3_file{&methods},
      file_(std::move(of)),
      among_(among),
      path_(std::move(path)),
      identity_(facts.identity),
      name_is_new_(name_is_new) {
    std::scoped_lock const guard{among_.mutex};
    among_.locks[identity_].holders.push_back(this);
}

int disk_file::close() {
    unmap();
    {
        std::scoped_lock const guard{among_.mutex};
        auto const it = among_.locks.find(identity_);
        std::erase(it->second.holders, this);
        if (it->second.holders.empty()) among_.locks.erase(it);
    }
    this->~disk_file();
    return SQLITE_OK;
}

int disk_file::read(void* into, int size, sqlite3_int64 offset) const {
    auto const wanted = std::span(static_cast<char*>(into), static_cast<std::size_t>(size));
    auto const got = file_->read(static_cast<std::uint64_t>(offset), wanted);
    if (!got) return SQLITE_IOERR_READ;
    if (*got == wanted.size()) return SQLITE_OK;
    std::ranges::fill(wanted.subspan(*got), '\0');
    return SQLITE_IOERR_SHORT_READ;
}

int disk_file::write(void const* bytes, int size, sqlite3_int64 offset) {
    auto const text =
        std::string_view{static_cast<char const*>(bytes), static_cast<std::size_t>(size)};
    return code_of(file_->write(static_cast<std::uint64_t>(offset), text), SQLITE_IOERR_WRITE);
}

int disk_file::sync() {
    if (auto const done = file_->sync(); !done) return SQLITE_IOERR_FSYNC;
    if (!std::exchange(name_is_new_, false)) return SQLITE_OK;
    auto const folder = std::filesystem::path(path_).parent_path();
    return among_.disk.sync_directory(folder) ? SQLITE_OK : SQLITE_IOERR_DIR_FSYNC;
}

bool disk_file::others_hold(int level) const {
    auto const& all = among_.locks.at(identity_).holders;
    return std::ranges::any_of(all, [&](auto const* one) {
        return one != this && one->level_ >= level;
    });
}

int disk_file::lock(int level) {
    std::scoped_lock const guard{among_.mutex};
    if (level_ >= level) return SQLITE_OK;
    switch (level) {
        case SQLITE_LOCK_SHARED:
            if (others_hold(SQLITE_LOCK_PENDING)) return SQLITE_BUSY;
            break;
        case SQLITE_LOCK_RESERVED:
            if (others_hold(SQLITE_LOCK_RESERVED)) return SQLITE_BUSY;
            break;
        default:
            if (others_hold(SQLITE_LOCK_RESERVED)) return SQLITE_BUSY;
            level_ = SQLITE_LOCK_PENDING;  // nobody new comes in
            if (others_hold(SQLITE_LOCK_SHARED)) return SQLITE_BUSY;
    }
    level_ = level;
    return SQLITE_OK;
}

int disk_file::unlock(int level) {
    std::scoped_lock const guard{among_.mutex};
    level_ = std::min(level_, level);
    return SQLITE_OK;
}

int disk_file::map(int page, int size, bool extend, void volatile** at) {
    std::scoped_lock const guard{among_.mutex};
    auto& pages = among_.locks.at(identity_).pages;
    DIPTYCH_ASSERT(
        static_cast<std::size_t>(size) == sizeof(file_locks::page), "SQLite maps whole pages"
    );
    is_mapped_ = true;
    auto const index = static_cast<std::size_t>(page);
    *at = nullptr;
    if (index >= pages.size() && !extend) return SQLITE_OK;
    while (index >= pages.size()) pages.push_back(std::make_unique<file_locks::page>());
    *at = pages[index]->data();
    return SQLITE_OK;
}

int disk_file::lock_shared(int first, int count, int flags) {
    std::scoped_lock const guard{among_.mutex};
    auto const wanted = flags & (SQLITE_SHM_SHARED | SQLITE_SHM_EXCLUSIVE);
    for (auto i = first; i < first + count; ++i) {
        auto const at = static_cast<std::size_t>(i);
        if ((flags & SQLITE_SHM_UNLOCK) != 0) {
            held_[at] = 0;
            continue;
        }
        for (auto const* other : among_.locks.at(identity_).holders) {
            auto const held = other == this ? 0 : other->held_[at];
            if (held == SQLITE_SHM_EXCLUSIVE || (held != 0 && wanted == SQLITE_SHM_EXCLUSIVE)) {
                return SQLITE_BUSY;
            }
        }
    }
    if ((flags & SQLITE_SHM_LOCK) != 0)
        for (auto i = first; i < first + count; ++i) held_[static_cast<std::size_t>(i)] = wanted;
    return SQLITE_OK;
}

void disk_file::unmap() {
    std::scoped_lock const guard{among_.mutex};
    held_.fill(0);
    if (!std::exchange(is_mapped_, false)) return;
    auto& here = among_.locks.at(identity_);
    if (std::ranges::none_of(here.holders, [](auto const* one) { return one->is_mapped_; }))
        here.pages.clear();
}

}  // namespace diptych::sqlite
