#include "storage/disk.hpp"

#include <diptych/try.hpp>

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

namespace diptych::storage {

namespace {

errc kind_of(int reason) {
    switch (reason) {
        case ENOENT:
        case ENOTDIR:
            return errc::not_found;
        case EACCES:
        case EPERM:
        case EROFS:
            return errc::denied;
        case ENOSPC:
        case EDQUOT:
            return errc::unavailable;
        default:
            return errc::failed;
    }
}

std::string code_of(errc kind) {
    if (kind == errc::unavailable) return "disk_full";
    if (kind == errc::failed) return "io_error";
    return std::string(to_string(kind));
}

std::unexpected<error> cannot(
    std::string_view what, std::filesystem::path const& path, int reason = errno
) {
    auto const kind = kind_of(reason);
    return fail(
        kind,
        code_of(kind),
        fmt::format(
            "cannot {} {}: {}", what, path.native(), std::generic_category().message(reason)
        )
    );
}

class descriptor {
public:
    explicit descriptor(int fd) : fd_(fd) {}
    descriptor(descriptor const&) = delete;
    descriptor& operator=(descriptor const&) = delete;
    ~descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    int get() const { return fd_; }

private:
    int fd_;
};

class system_file final : public file {
public:
    system_file(int fd, std::filesystem::path path) : fd_(fd), path_(std::move(path)) {}

    result<std::size_t> read(std::uint64_t offset, std::span<char> into) const override {
        std::size_t done = 0;
        while (done < into.size()) {
            auto const n = ::pread(
                fd_.get(),
                into.data() + done,
                into.size() - done,
                static_cast<::off_t>(offset + done)
            );
            if (n == 0) break;
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) return cannot(fmt::format("read at offset {} of", offset + done), path_);
            done += static_cast<std::size_t>(n);
        }
        return done;
    }

    result<void> write(std::uint64_t offset, std::string_view bytes) override {
        while (!bytes.empty()) {
            auto const n =
                ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<::off_t>(offset));
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) return cannot(fmt::format("write at offset {} of", offset), path_);
            bytes.remove_prefix(static_cast<std::size_t>(n));
            offset += static_cast<std::uint64_t>(n);
        }
        return {};
    }

    // Never tried again, not even after EINTR: the kernel may have dropped the pages by then.
    result<void> sync() override {
        if (::fdatasync(fd_.get()) != 0) return cannot("sync", path_);
        return {};
    }

    result<void> allocate(std::uint64_t begin, std::uint64_t end) override {
        DIPTYCH_TRY(auto const before, size());
        auto const from = static_cast<::off_t>(begin);
        auto const length = static_cast<::off_t>(end - begin);
        auto done = ::fallocate(fd_.get(), 0, from, length);
        while (done != 0 && errno == EINTR) done = ::fallocate(fd_.get(), 0, from, length);
        if (done == 0) return {};
        if (errno == EOPNOTSUPP) return file::allocate(begin, end);
        auto const failure = cannot(fmt::format("allocate {} bytes for", end - begin), path_);
        DIPTYCH_TRY(truncate(before));  // some of it may have been allocated
        return failure;
    }

    result<std::uint64_t> size() const override {
        struct ::stat about{};
        if (::fstat(fd_.get(), &about) != 0) return cannot("look at", path_);
        return static_cast<std::uint64_t>(about.st_size);
    }

    result<void> truncate(std::uint64_t size) override {
        if (::ftruncate(fd_.get(), static_cast<::off_t>(size)) != 0)
            return cannot("truncate", path_);
        return {};
    }

private:
    descriptor fd_;
    std::filesystem::path path_;
};

class system_page final : public shared_page {
public:
    explicit system_page(void* memory) : memory_(static_cast<std::byte*>(memory)) {}
    system_page(system_page const&) = delete;
    system_page& operator=(system_page const&) = delete;
    ~system_page() override { ::munmap(memory_, 4096); }

    std::span<std::byte, 4096> bytes() override {
        return std::span<std::byte, 4096>{memory_, 4096};
    }

private:
    std::byte* memory_;
};

int open_file(std::filesystem::path const& path, file_mode mode) {
    auto flags = O_CLOEXEC;
    if (mode == file_mode::read_only) flags |= O_RDONLY;
    if (mode == file_mode::read_write) flags |= O_RDWR;
    if (mode == file_mode::create_new) flags |= O_RDWR | O_CREAT | O_EXCL;
    return ::open(path.c_str(), flags, 0666);
}

std::string holder_of(int lock) {
    std::array<char, 32> text{};
    auto const n = ::pread(lock, text.data(), text.size() - 1, 0);
    auto const pid = std::string_view(text.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
    return std::string(pid.substr(0, pid.find('\n')));
}

// The inode, and when it was born: a file that takes the place of one that was removed often gets
// its inode. Unlike all other times nobody can set this one. Not all file systems know it.
std::uint64_t file_number(struct ::statx const& of) {
    if ((of.stx_mask & STATX_BTIME) == 0) return of.stx_ino;
    auto const born =
        static_cast<std::uint64_t>(of.stx_btime.tv_sec) * 1'000'000'000u + of.stx_btime.tv_nsec;
    return of.stx_ino ^ (born * 0x9e37'79b9'7f4a'7c15u);
}

class system_disk_t final : public disk {
public:
    result<std::unique_ptr<file>> open(std::filesystem::path const& path, file_mode mode) override {
        auto const fd = open_file(path, mode);
        if (fd < 0) return cannot(mode == file_mode::create_new ? "create" : "open", path);
        return std::make_unique<system_file>(fd, path);
    }

    result<std::vector<std::string>> list(std::filesystem::path const& directory) override {
        std::error_code problem;
        std::vector<std::string> names;
        for (std::filesystem::directory_iterator it(directory, problem), end; !problem && it != end;
             it.increment(problem))
            names.push_back(it->path().filename().native());
        if (problem) return cannot("list", directory, problem.value());
        std::ranges::sort(names);
        return names;
    }

    result<bool> exists(std::filesystem::path const& path) override {
        std::error_code problem;
        auto const there = std::filesystem::exists(path, problem);
        if (problem) return cannot("look for", path, problem.value());
        return there;
    }

    result<file_facts> look_at(std::filesystem::path const& path) override {
        struct ::statx about{};
        auto const wanted = STATX_INO | STATX_SIZE | STATX_BTIME;
        if (::statx(AT_FDCWD, path.c_str(), 0, wanted, &about) != 0) return cannot("look at", path);
        return file_facts{
            .bytes = about.stx_size,
            .identity = {::makedev(about.stx_dev_major, about.stx_dev_minor), file_number(about)},
        };
    }

    result<void> make_directories(std::filesystem::path const& path) override {
        std::error_code problem;
        std::filesystem::create_directories(path, problem);
        if (problem) return cannot("create directory", path, problem.value());
        return {};
    }

    result<void> rename(std::filesystem::path const& from, std::filesystem::path const& to)
        override {
        if (::rename(from.c_str(), to.c_str()) != 0)
            return cannot(fmt::format("rename {} to", from.native()), to);
        return {};
    }

    result<void> remove(std::filesystem::path const& path) override {
        if (std::remove(path.c_str()) != 0) return cannot("remove", path);
        return {};
    }

    result<void> sync_directory(std::filesystem::path const& path) override {
        descriptor const directory{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
        if (directory.get() < 0) return cannot("open directory", path);
        if (::fsync(directory.get()) != 0) return cannot("sync directory", path);
        return {};
    }

    // A lock of the open file, not of the process: it also keeps out a second opening in the same
    // process, and closing some other descriptor of the file does not free it.
    result<file_lock> lock(std::filesystem::path const& path) override {
        for (int round = 0; round < 100; ++round) {
            DIPTYCH_TRY(auto held, lock_opened(path));
            // Who held it may have removed it meanwhile: it is nobody's then, and another one may
            // be there that somebody else holds.
            struct ::stat mine{};
            struct ::stat there{};
            if (::fstat(held->get(), &mine) != 0) return cannot("look at", path);
            if (::stat(path.c_str(), &there) != 0) {
                if (errno == ENOENT) continue;
                return cannot("look at", path);
            }
            if (mine.st_ino != there.st_ino || mine.st_dev != there.st_dev) continue;
            // Over what is there: on a full disk there might be no room for it again.
            auto const text = fmt::format("{}\n", ::getpid());
            if (::pwrite(held->get(), text.data(), text.size(), 0) < 0 ||
                ::ftruncate(held->get(), static_cast<::off_t>(text.size())) != 0)
                return cannot("write", path);
            return file_lock{std::move(held)};
        }
        return fail(
            errc::unavailable,
            "locked",
            path.native() + " is made and removed by others again and again"
        );
    }

    static result<std::shared_ptr<descriptor>> lock_opened(std::filesystem::path const& path) {
        auto held =
            std::make_shared<descriptor>(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
        if (held->get() < 0) return cannot("open", path);
        struct ::flock whole{};
        whole.l_type = F_WRLCK;
        whole.l_whence = SEEK_SET;
        if (::fcntl(held->get(), F_OFD_SETLK, &whole) != 0) {
            if (errno != EAGAIN && errno != EACCES) return cannot("lock", path);
            return fail(
                errc::unavailable,
                "locked",
                fmt::format(
                    "{} is locked: process {} writes there", path.native(), holder_of(held->get())
                )
            );
        }
        return held;
    }

    result<std::unique_ptr<shared_page>> share(std::filesystem::path const& path, bool writable)
        override {
        descriptor const fd{::open(
            path.c_str(), writable ? O_RDWR | O_CREAT | O_CLOEXEC : O_RDONLY | O_CLOEXEC, 0666
        )};
        if (fd.get() < 0) return cannot("open", path);
        struct ::stat about{};
        if (::fstat(fd.get(), &about) != 0) return cannot("look at", path);
        if (about.st_size < 4096) {
            if (!writable) return fail(errc::not_found, path.native() + " is not written yet");
            // Blocks must be there before the page is touched: a full disk is then an error here
            // and not a signal later.
            std::array<char, 4096> const zeros{};
            if (::pwrite(fd.get(), zeros.data(), zeros.size(), 0) != 4096)
                return cannot("write", path);
            if (::fdatasync(fd.get()) != 0) return cannot("sync", path);
        }
        auto* const memory = ::mmap(
            nullptr, 4096, writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, fd.get(), 0
        );
        if (memory == MAP_FAILED) return cannot("map", path);
        return std::make_unique<system_page>(memory);
    }
};

}  // namespace

result<void> file::allocate(std::uint64_t, std::uint64_t end) {
    constexpr std::uint64_t at_once = 1 << 20;
    DIPTYCH_TRY(auto const before, size());
    std::string const zeros(end > before ? std::min(end - before, at_once) : 0, '\0');
    for (auto at = before; at < end; at += zeros.size()) {
        auto written =
            write(at, std::string_view(zeros).substr(0, std::min(end - at, zeros.size())));
        if (written) continue;
        DIPTYCH_TRY(truncate(before));
        return written;
    }
    return {};
}

disk& system_disk() {
    static system_disk_t machine;
    return machine;
}

}  // namespace diptych::storage
