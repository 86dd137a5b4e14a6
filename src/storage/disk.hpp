/// @file
/// The file system as a parameter, so that a simulated disk can lose, tear and refuse.
#pragma once

#include <diptych/error.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::storage {

/// An open file. Reads are thread-safe; writes are one thread's.
class file {
public:
    virtual ~file() = default;

    /// Reads up to into.size() bytes at `offset`; fewer only at the end of the file.
    virtual result<std::size_t> read(std::uint64_t offset, std::span<char> into) const = 0;

    /// Writes all of `bytes` at `offset`, or fails.
    virtual result<void> write(std::uint64_t offset, std::string_view bytes) = 0;

    /// Makes what was written durable (fdatasync: with the size, where it changed).
    virtual result<void> sync() = 0;

    /// Sees to it that writing from `begin` to `end` does not fail for want of space; the file is
    /// at least `end` long then, new bytes are zeros. Fails with unavailable (disk_full) if there
    /// is none, and then is as long as before. This one writes zeros behind the file's end.
    virtual result<void> allocate(std::uint64_t begin, std::uint64_t end);

    virtual result<std::uint64_t> size() const = 0;
    virtual result<void> truncate(std::uint64_t size) = 0;
};

/// What is under a name.
struct file_facts {
    std::uint64_t bytes = 0;
    /// Another file that takes the same name has another one. On the machine: device; inode, birth.
    std::pair<std::uint64_t, std::uint64_t> identity = {};
};

enum class file_mode { read_only, read_write, create_new };

/// A locked file; unlocks when destroyed.
using file_lock = std::shared_ptr<void>;

/// A word of memory that processes share through a file: how far the log is durable.
class shared_page {
public:
    virtual ~shared_page() = default;
    virtual std::span<std::byte, 4096> bytes() = 0;
};

/// Directories and files. Thread-safe.
///
/// Errors: not_found, denied (permissions, read-only file system), unavailable (code disk_full: no
/// space left, quota), failed (I/O error); each message names operation, path and the system's
/// reason.
class disk {
public:
    virtual ~disk() = default;

    virtual result<std::unique_ptr<file>> open(
        std::filesystem::path const& path, file_mode mode
    ) = 0;
    virtual result<std::vector<std::string>> list(std::filesystem::path const& directory
    ) = 0;  ///< Names, sorted.
    virtual result<bool> exists(std::filesystem::path const& path) = 0;
    virtual result<file_facts> look_at(std::filesystem::path const& path) = 0;
    virtual result<void> make_directories(std::filesystem::path const& path) = 0;
    virtual result<void> rename(
        std::filesystem::path const& from, std::filesystem::path const& to
    ) = 0;
    virtual result<void> remove(std::filesystem::path const& path) = 0;
    virtual result<void> sync_directory(std::filesystem::path const& path) = 0;

    /// Takes the writer's lock (fcntl-style, freed with the process); its holder may remove it.
    /// Fails with unavailable, naming the holder's process id, if another process has it.
    virtual result<file_lock> lock(std::filesystem::path const& path) = 0;

    /// Maps a small file that all processes on the folder see at once.
    virtual result<std::unique_ptr<shared_page>> share(
        std::filesystem::path const& path, bool writable
    ) = 0;
};

/// Whether something failed because there is no space left.
inline bool is_disk_full(error const& why) {
    return why.kind == errc::unavailable && why.code == "disk_full";
}

/// The machine's disk.
disk& system_disk();

}  // namespace diptych::storage
