// Checking a folder that not all may be done with.
#include "app/kept_log.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>

#include <filesystem>
#include <unistd.h>

using namespace diptych;
using namespace diptych::testing;

namespace {

/// A folder whose marks a power loss has taken, and that may only be read.
struct read_only_log : kept_log {
    read_only_log() {
        fs::remove(shop / "CLOSED");
        fs::remove(shop / "log" / "WATERMARK");
        allow(readable | enterable, readable);
    }
    read_only_log(read_only_log const&) = delete;
    read_only_log& operator=(read_only_log const&) = delete;
    ~read_only_log() { allow(fs::perms::owner_all, fs::perms::owner_all); }

    void allow(fs::perms in_folders, fs::perms in_files) const {
        fs::permissions(folder.path(), in_folders);
        for (auto const& one : fs::recursive_directory_iterator(folder.path()))
            fs::permissions(one, one.is_directory() ? in_folders : in_files);
    }

    /// The rules bind only those who are not root.
    template <class Work>
    static int as_another_user(Work const& work) {
        auto const child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) ::_exit(::getuid() == 0 && ::setuid(65534) != 0 ? 99 : work());
        auto status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        return WEXITSTATUS(status);
    }

    static constexpr auto readable =
        fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read;
    static constexpr auto enterable =
        fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec;
};

}  // namespace

TEST_CASE("who may only read a folder can check all of it, to the end that a writer would find") {
    read_only_log const of;
    CHECK(read_only_log::as_another_user([&] {
              auto const found = app::check_folder({.folder = of.shop});
              if (!found) return 1;
              return found->fault() ? 2 : static_cast<int>(found->log->events);
          }) == 8);
}
