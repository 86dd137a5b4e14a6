#include "frames.hpp"
#include "log/sequenced_log.hpp"

#include <doctest/doctest.h>

#include <fstream>

using namespace diptych;
using namespace diptych::log;
using namespace diptych::log::segments;

namespace {

void merge_all(segment_engine& log) {
    while (log.merged_to() < log.end().position) {
        auto const frames = log.frames(log.merged_to() + 1, 4'000).or_throw();
        log.merge(frames).or_throw();
    }
}

std::size_t count_of(segment_engine const& log, posting_key key) {
    return log.index().or_throw()->after(key, position{0}, 1'000).or_throw().size();
}

}  // namespace

TEST_CASE("an index follows the segments, is kept, and loses nothing when it is deleted") {
    temporary_folder const folder;
    log_opener opener{storage::system_disk(), folder.path(), {.segment_bytes = 20'000}};
    posting_key const key{.kind = posting_kind::home, .text = "product-p3"};
    std::size_t found = 0;
    {
        auto const log = opener.writer().or_throw();
        CHECK(log->is_indexed());
        CHECK(log->index().or_throw()->last() == position{0});
        for (int i = 0; i < 50; ++i) write_events(*log, 4, 100).or_throw();
        merge_all(*log);
        found = count_of(*log, key);
        CHECK(found > 20);
        CHECK(log->merged_to() == position{200});
        CHECK(opener.reader().or_throw()->merged_to() == position{200});
        log->maintain(timestamp{}).or_throw();
        log->close().or_throw();
    }
    {
        auto const log = opener.writer().or_throw();
        CHECK(log->merged_to() == position{200});
        CHECK(count_of(*log, key) == found);
    }
    std::filesystem::remove(folder.path() / "index.db");
    {
        auto const log = opener.writer().or_throw();
        CHECK(log->merged_to() == position{0});
        merge_all(*log);
        CHECK(count_of(*log, key) == found);
        log->close().or_throw();
    }
    std::ofstream(folder.path() / "index.db") << std::string(100'000, 'x');
    auto const log = opener.writer().or_throw();
    CHECK(log->merged_to() == position{0});
}

TEST_CASE("an index beyond the end of the log is acknowledged loss") {
    temporary_folder const folder;
    log_opener opener{storage::system_disk(), folder.path(), segment_options{}};
    {
        auto const log = opener.writer().or_throw();
        write_events(*log, 4).or_throw();
        std::filesystem::copy(folder.path() / "log", folder.path() / "old");
        write_events(*log, 4).or_throw();
        merge_all(*log);
        log->close().or_throw();
    }
    std::filesystem::remove(folder.path() / "CLOSED");
    std::filesystem::remove_all(folder.path() / "log");
    std::filesystem::rename(folder.path() / "old", folder.path() / "log");
    {
        auto const log = opener.writer().or_throw();
        CHECK(log->writable().error().code == "acknowledged_loss");
        CHECK(log->writable().error().message.contains("index.db"));
        check_whole(*log, 4);
    }
    // Nobody hears of what the index knows beyond the end.
    std::filesystem::remove(folder.path() / "WATERMARK");
    auto const check_clamped = [&](std::unique_ptr<segment_engine> on) {
        auto const log = sequenced_log::open(std::move(on), opener.time, opener.random).or_throw();
        CHECK(log->end().position == position{4});
        CHECK_FALSE(log->writable());
        for (int i = 1; i <= 7; ++i) {
            auto const stream = "product-p" + std::to_string(i);
            auto const page = log->read_stream(stream, {}).or_throw();
            CHECK(page.size() == (i <= 4 ? 1 : 0));
            CHECK(
                log->stream_version(stream).or_throw() ==
                version{i <= 4 ? static_cast<std::uint64_t>(i) : 0}
            );
            auto const backward =
                log->read_stream(stream, {.direction = direction::backward}).or_throw();
            CHECK(backward.size() == page.size());
        }
        query const all{.items = {{.types = {"shop.allocated"}}}};
        CHECK(log->read({.what = all}).or_throw().size() == 4);
        CHECK(log->read({.what = all, .direction = direction::backward}).or_throw().size() == 4);
        query const lost{.items = {{.tags = {"order-o5"}}}};
        CHECK(log->read({.what = lost}).or_throw().size() == 0);
    };
    check_clamped(opener.writer().or_throw());
    check_clamped(opener.reader().or_throw());
}

TEST_CASE("an index of another line of history is not asked") {
    temporary_folder const folder;
    temporary_folder const other;
    log_opener opener{storage::system_disk(), folder.path(), segment_options{}};
    auto const write = [&](std::size_t size) {
        auto const log = opener.writer().or_throw();
        write_events(*log, 4, size).or_throw();
        merge_all(*log);
        log->close().or_throw();
    };
    opener.writer().or_throw()->close().or_throw();
    std::filesystem::copy(folder.path(), other.path(), std::filesystem::copy_options::recursive);
    write(40);
    std::filesystem::rename(folder.path() / "index.db", other.path() / "index.db.of-this");
    std::filesystem::remove_all(folder.path());
    std::filesystem::rename(other.path(), folder.path());
    write(41);
    std::filesystem::rename(folder.path() / "index.db.of-this", folder.path() / "index.db");
    CHECK(opener.reader().or_throw()->merged_to() == position{0});
    auto const log = opener.writer().or_throw();
    CHECK(log->writable().error().code == "acknowledged_loss");
    CHECK(log->merged_to() == position{0});
    check_whole(*log, 4, 41);
}

TEST_CASE("a reader that finds no index looks again, and holds no more than it may meanwhile") {
    temporary_folder const folder;
    log_opener opener{storage::system_disk(), folder.path(), segment_options{}};
    {
        auto const log = opener.writer().or_throw();
        for (int i = 0; i < 50; ++i) write_events(*log, 2).or_throw();
        merge_all(*log);
        log->close().or_throw();
    }
    auto const index = folder.path() / "index.db";
    auto const aside = folder.path() / "aside";
    std::filesystem::rename(index, aside);
    auto const log = sequenced_log::open(
                         opener.reader().or_throw(),
                         opener.time,
                         opener.random,
                         {.tail_events_max = 20, .block_events_max = 4}
    )
                         .or_throw();
    CHECK(log->statistics().tail_events <= 20);
    CHECK(log->statistics().tail_events > 10);
    CHECK(log->read({}).or_throw().size() == 100);
    CHECK(log->frames(position{1}, 1 << 20).or_throw().size() == 50);
    query const newest{.items = {{.tags = {"order-o100"}}}};
    query const oldest{.items = {{.tags = {"order-o1"}}}};
    CHECK(
        log->read({.what = newest, .limit = 1, .direction = direction::backward})
            .or_throw()
            .size() == 1
    );
    auto const asked = log->read({.what = oldest});
    REQUIRE_FALSE(asked);
    CHECK(asked.error().kind == errc::unavailable);
    CHECK(asked.error().code == "index_behind");
    CHECK(asked.error().message.contains("missing"));

    std::filesystem::rename(aside, index);
    CHECK(log->read({.what = oldest}).or_throw().size() == 1);
    CHECK_FALSE(log->refresh().or_throw());
    CHECK(log->statistics().tail_events <= 4);
    CHECK(log->read({.what = newest}).or_throw().size() == 1);

    // Deleted once more: what is old is unavailable again, and nothing worse.
    std::filesystem::remove(index);
    CHECK(log->read({}).or_throw().size() == 100);
    CHECK(log->read({.what = oldest}).error().code == "index_behind");
}

TEST_CASE("a reader that follows without an index holds no more than it may") {
    temporary_folder const folder;
    log_opener opener{storage::system_disk(), folder.path(), segment_options{}};
    auto const writer = opener.writer().or_throw();
    write_events(*writer, 2).or_throw();
    std::filesystem::remove(folder.path() / "index.db");
    auto const log = sequenced_log::open(
                         opener.reader().or_throw(),
                         opener.time,
                         opener.random,
                         {.tail_events_max = 1'000, .tail_bytes_max = 40'000, .block_events_max = 4}
    )
                         .or_throw();
    for (int i = 0; i < 40; ++i) {
        write_events(*writer, 2, 2'000).or_throw();
        CHECK(log->refresh().or_throw());
        CHECK(log->statistics().tail_events <= 20);
    }
    CHECK(log->read({}).or_throw().size() == 82);
}

TEST_CASE("an index of another line of history opens the log for reading only") {
    temporary_folder const folder;
    log_opener opener{storage::system_disk(), folder.path(), segment_options{}};
    {
        auto const log = opener.writer().or_throw();
        write_events(*log, 2).or_throw();
        std::filesystem::copy(folder.path() / "log", folder.path() / "old");
        write_events(*log, 2).or_throw();
        merge_all(*log);
        log->close().or_throw();
    }
    // The folder is rolled back and goes on otherwise; then the newer index comes back.
    std::filesystem::rename(folder.path() / "index.db", folder.path() / "newer.db");
    std::filesystem::remove(folder.path() / "CLOSED");
    std::filesystem::remove_all(folder.path() / "log");
    std::filesystem::rename(folder.path() / "old", folder.path() / "log");
    {
        auto const log = opener.writer().or_throw();
        write_events(*log, 4, 100).or_throw();
        log->close().or_throw();
    }
    std::filesystem::rename(folder.path() / "newer.db", folder.path() / "index.db");
    auto const log = opener.writer().or_throw();
    CHECK(log->writable().error().code == "acknowledged_loss");
    CHECK(log->writable().error().message.contains("index.db"));
    CHECK(log->writable().error().message.contains("not of this line of history"));
    CHECK(log->end().position == position{6});
}

TEST_CASE("stored states come back, and are forgotten without harm") {
    temporary_folder const folder;
    log_opener opener{storage::system_disk(), folder.path(), segment_options{}};
    auto const log = opener.writer().or_throw();
    log->save_state("stock product-p1", "bytes").or_throw();
    CHECK(log->load_state("stock product-p1").or_throw() == "bytes");
    CHECK_FALSE(log->load_state("other").or_throw());
}
