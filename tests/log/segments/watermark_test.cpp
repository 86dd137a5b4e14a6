#include "log/segments/watermark.hpp"

#include "frames.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <limits>
#include <thread>

using namespace diptych;
using namespace diptych::log;
using namespace diptych::log::segments;

TEST_CASE("a mark is never seen half written") {
    temporary_folder const folder;
    auto& disk = storage::system_disk();
    disk.make_directories(folder.path()).or_throw();
    uuid const log_id{{7}};
    watermark writing(disk.share(folder.path() / "W", true).or_throw());
    watermark const reading(disk.share(folder.path() / "W", false).or_throw());
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

TEST_CASE("a mark is stored behind one whose sequence is the last there is") {
    temporary_folder const folder;
    auto& disk = storage::system_disk();
    disk.make_directories(folder.path()).or_throw();
    durable_mark mark{
        .log_id = uuid{{7}},
        .epoch = epoch{1},
        .position = position{1},
        .segment = position{1},
        .offset = 1,
        .frame_count = 1,
        .chain = {},
        .recorded_at = {},
    };
    auto const damaged = encode(mark, std::numeric_limits<std::uint64_t>::max());
    auto const page = disk.share(folder.path() / "W", true).or_throw();
    std::memcpy(page->bytes().data() + mark_size, damaged.data(), mark_size);
    watermark writing(disk.share(folder.path() / "W", true).or_throw());
    for (std::uint64_t n = 2; n <= 4; ++n) {
        mark.offset = n;
        writing.store(mark);
        auto const seen = writing.load(mark.log_id);
        REQUIRE(seen);
        CHECK(seen->offset == n);
    }
}
