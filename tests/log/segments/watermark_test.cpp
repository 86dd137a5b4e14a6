#include "log/segments/watermark.hpp"

#include "frames.hpp"

#include <doctest/doctest.h>

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
