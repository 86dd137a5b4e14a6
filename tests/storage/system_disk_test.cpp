#include "storage/disk.hpp"
#include "temporary_folder.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace diptych;
using namespace diptych::storage;
using diptych::testing::temporary_folder;

TEST_CASE("the machine's files are read where they are written, and say why if not") {
    temporary_folder const folder;
    auto& disk = system_disk();
    auto const path = folder.path() / "a";
    auto const missing = disk.open(path, file_mode::read_only);
    CHECK(missing.error().kind == errc::not_found);
    CHECK(missing.error().message.contains(path.native()));
    CHECK(missing.error().message.contains("No such file"));
    disk.make_directories(folder.path()).or_throw();
    auto const made = disk.open(path, file_mode::create_new).or_throw();
    made->write(5, "hello").or_throw();
    made->sync().or_throw();
    CHECK(made->size().or_throw() == 10);
    auto const facts = disk.look_at(path).or_throw();
    CHECK(facts.bytes == 10);
    std::array<char, 8> bytes{};
    CHECK(made->read(5, bytes).or_throw() == 5);
    CHECK(std::string_view(bytes.data(), 5) == "hello");
    made->truncate(6).or_throw();
    CHECK(made->read(5, bytes).or_throw() == 1);
    CHECK_FALSE(disk.open(path, file_mode::create_new));
    disk.rename(path, folder.path() / "b").or_throw();
    disk.sync_directory(folder.path()).or_throw();
    CHECK(disk.list(folder.path()).or_throw() == std::vector<std::string>{"b"});
    CHECK(disk.look_at(folder.path() / "b").or_throw().identity == facts.identity);
    CHECK(disk.look_at(path).error().kind == errc::not_found);
    CHECK(
        disk.open(folder.path() / "b", file_mode::read_only)
            .or_throw()
            ->write(0, "x")
            .error()
            .kind == errc::failed
    );
    disk.remove(folder.path() / "b").or_throw();
    CHECK_FALSE(disk.exists(folder.path() / "b").or_throw());
}

TEST_CASE("a lock is freed when it is let go") {
    temporary_folder const folder;
    auto& disk = system_disk();
    disk.make_directories(folder.path()).or_throw();
    auto held = disk.lock(folder.path() / "LOCK").or_throw();
    CHECK(disk.lock(folder.path() / "LOCK").error().code == "locked");
    held.reset();
    CHECK(disk.lock(folder.path() / "LOCK"));
}

TEST_CASE("a lock whose file is removed by who holds it is never two processes' at once") {
    temporary_folder const folder;
    auto const path = folder.path() / "LOCK";
    std::atomic<int> inside = 0;
    std::atomic<int> most = 0;
    auto const come_and_go = [&] {
        for (auto taken = 0; taken < 2'000;) {
            auto const held = system_disk().lock(path);
            if (!held) continue;
            ++taken;
            auto const now = ++inside;
            if (now > 1) most = now;
            --inside;
            if (!system_disk().remove(path)) ++most;  // it was somebody else's
        }
    };
    {
        std::vector<std::jthread> all;
        for (auto i = 0; i < 4; ++i) all.emplace_back(come_and_go);
    }
    CHECK(most.load() == 0);
}

TEST_CASE("room that is allocated is of zeros, and what was there stays") {
    temporary_folder const folder;
    auto& disk = system_disk();
    disk.make_directories(folder.path()).or_throw();
    auto const of = disk.open(folder.path() / "a", file_mode::create_new).or_throw();
    of->write(0, "hello").or_throw();
    for (auto const is_portable : {false, true}) {
        auto const size = is_portable ? 3'000'000u : 100'000u;
        if (is_portable)
            of->file::allocate(3, size).or_throw();
        else
            of->allocate(3, size).or_throw();
        CHECK(of->size().or_throw() == size);
        std::string all(size, 'x');
        CHECK(of->read(0, all).or_throw() == size);
        CHECK(all == "hello" + std::string(size - 5, '\0'));
        of->allocate(0, 10).or_throw();
        CHECK(of->size().or_throw() == size);
    }
}

TEST_CASE("room that there is not is an error of its own, and the file is as long as before") {
    temporary_folder const folder;
    auto& disk = system_disk();
    disk.make_directories(folder.path()).or_throw();
    auto const of = disk.open(folder.path() / "a", file_mode::create_new).or_throw();
    of->write(0, "hello").or_throw();
    auto const done = of->allocate(0, std::uint64_t{1} << 60);
    CHECK_FALSE(done);
    CHECK(of->size().or_throw() == 5);
}
