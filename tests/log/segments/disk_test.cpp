#include "frames.hpp"
#include "log/segments/watermark.hpp"

#include <doctest/doctest.h>

#include <array>
#include <thread>

using namespace diptych;
using namespace diptych::log;
using namespace diptych::log::segments;

TEST_CASE("the machine's files are read where they are written, and say why if not") {
    temporary_folder const folder;
    auto& disk = system_disk();
    auto const path = folder.path / "a";
    auto const missing = disk.open(path, file_mode::read_only);
    CHECK(missing.error().kind == errc::not_found);
    CHECK(missing.error().message.contains(path.native()));
    CHECK(missing.error().message.contains("No such file"));
    disk.make_directories(folder.path).or_throw();
    auto const made = disk.open(path, file_mode::create_new).or_throw();
    made->write(5, "hello").or_throw();
    made->sync().or_throw();
    CHECK(made->size().or_throw() == 10);
    std::array<char, 8> bytes{};
    CHECK(made->read(5, bytes).or_throw() == 5);
    CHECK(std::string_view(bytes.data(), 5) == "hello");
    made->truncate(6).or_throw();
    CHECK(made->read(5, bytes).or_throw() == 1);
    CHECK_FALSE(disk.open(path, file_mode::create_new));
    disk.rename(path, folder.path / "b").or_throw();
    disk.sync_directory(folder.path).or_throw();
    CHECK(disk.list(folder.path).or_throw() == std::vector<std::string>{"b"});
    CHECK(
        disk.open(folder.path / "b", file_mode::read_only).or_throw()->write(0, "x").error().kind ==
        errc::failed
    );
    disk.remove(folder.path / "b").or_throw();
    CHECK_FALSE(disk.exists(folder.path / "b").or_throw());
}

TEST_CASE("a folder that may not be written to is denied") {
    if (::geteuid() == 0) {
        // Root may write anywhere but where the kernel itself says no.
        log_opener opener{system_disk(), "/proc/diptych"};
        auto const refused = opener.writer();
        REQUIRE_FALSE(refused);
        CHECK(refused.error().message.contains("/proc/diptych"));
        return;
    }
    temporary_folder const folder;
    std::filesystem::create_directories(folder.path);
    std::filesystem::permissions(folder.path, std::filesystem::perms::owner_read);
    log_opener opener{system_disk(), folder.path};
    CHECK(opener.writer().error().kind == errc::denied);
}

TEST_CASE("a lock is freed when it is let go") {
    temporary_folder const folder;
    auto& disk = system_disk();
    disk.make_directories(folder.path).or_throw();
    auto held = disk.lock(folder.path / "LOCK").or_throw();
    CHECK(disk.lock(folder.path / "LOCK").error().code == "locked");
    held.reset();
    CHECK(disk.lock(folder.path / "LOCK"));
}

TEST_CASE("a mark is never seen half written") {
    temporary_folder const folder;
    auto& disk = system_disk();
    disk.make_directories(folder.path).or_throw();
    uuid const log_id{{7}};
    watermark writing(disk.share(folder.path / "W", true).or_throw());
    watermark const reading(disk.share(folder.path / "W", false).or_throw());
    CHECK_FALSE(reading.load(log_id));
    auto const store = [&](std::uint64_t n) {
        durable_mark mark{
            .log_id = log_id,
            .epoch = epoch{1},
            .position = position{n},
            .segment = position{n},
            .offset = n,
            .frame_count = 1,
            .chain = {},
            .recorded_at = {},
        };
        mark.chain.fill(static_cast<std::uint8_t>(n));
        writing.store(mark);
    };
    store(1);
    std::thread writer([&] {
        for (std::uint64_t n = 2; n <= 20'000; ++n) store(n);
    });
    std::uint64_t before = 0;
    while (before < 20'000) {
        auto const seen = reading.load(log_id);
        if (!seen) continue;
        REQUIRE(seen->position.value >= before);
        REQUIRE(seen->offset == seen->position.value);
        REQUIRE(seen->chain.back() == static_cast<std::uint8_t>(seen->offset));
        before = seen->position.value;
    }
    writer.join();
    CHECK_FALSE(reading.load(uuid{{8}}));
}
