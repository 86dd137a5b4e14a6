#include "faulty_disk.hpp"
#include "frames.hpp"

#include <doctest/doctest.h>

#include <utility>

using namespace diptych;
using namespace diptych::log;
using namespace diptych::log::segments;

namespace {

/// Opens, writes, keeps house, closes, twice; stops at the first failure. The last acknowledged
/// position.
std::uint64_t work(log_opener& opener) {
    std::uint64_t acknowledged = 0;
    for (int life = 0; life < 2; ++life) {
        auto opened = opener.writer();
        if (!opened) return acknowledged;
        auto& log = **opened;
        for (int i = 0; i < 12; ++i) {
            if (!write_events(log, 3, 200)) return acknowledged;
            acknowledged = log.end().position.value;
            if (i % 3 == 0 && !log.maintain({})) return acknowledged;
            if (i % 4 == 0 && !write_answer(log, "a")) return acknowledged;
        }
        if (life == 0 && !log.close()) return acknowledged;
    }
    return acknowledged;
}

segment_options small() { return {.segment_bytes = 6'000, .indexed = false}; }

}  // namespace

TEST_CASE("whichever call fails, nothing acknowledged is lost and the log goes on") {
    faulty_disk counting;
    log_opener counted{counting, log_root, small()};
    REQUIRE(work(counted) == 72);
    auto const calls = counting.calls();
    REQUIRE(calls > 100);
    for (std::size_t n = 1; n <= calls; ++n)
        for (auto const what : {unsynced::lost, unsynced::kept, unsynced::half})
            for (auto const how : {0, 1, 2}) {
                CAPTURE(n);
                CAPTURE(static_cast<int>(what));
                CAPTURE(how);
                faulty_disk disk;
                log_opener opener{disk, log_root, small()};
                disk.fail_at = n;
                disk.fails_short = how == 1;
                disk.fails_ever_after = how == 2;
                auto const acknowledged = work(opener);
                disk.fail_at = 0;
                disk.crash(what);
                if (n % 2 == 0) disk.forget_pages();  // a power cut may take the watermark
                auto const opened = opener.writer();
                REQUIRE_MESSAGE(opened, opened.error().message);
                auto const& log = *opened;
                REQUIRE(log->writable());
                auto const end = log->end().position.value;
                REQUIRE(end >= acknowledged);
                check_whole(*log, end, 200);
                write_events(*log, 2, 200).or_throw();
                check_whole(*log, end + 2, 200);
            }
}

TEST_CASE("whichever call fails, reopening the same engine loses nothing and goes on") {
    faulty_disk counting;
    log_opener counted{counting, log_root, small()};
    REQUIRE(work(counted) == 72);
    auto const calls = counting.calls();
    for (std::size_t n = 1; n <= calls; ++n) {
        CAPTURE(n);
        faulty_disk disk;
        log_opener opener{disk, log_root, small()};
        auto log = opener.writer().or_throw();
        disk.fail_at = disk.calls() + n;
        disk.fails_short = n % 2 == 0;
        for (int i = 0; i < 24; ++i) {
            (void)log->maintain({});
            auto const before = log->end().position.value;
            auto const written = write_events(*log, 3, 200);
            if (written) REQUIRE(log->end().position.value == before + 3);
            if (written) continue;
            REQUIRE_MESSAGE(log->reopen(), "after ", written.error().message);
            auto const after = log->end().position.value;
            REQUIRE((after == before || after == before + 3));
        }
        auto const end = log->end().position.value;
        check_whole(*log, end, 200);
        log.reset();
        disk.fail_at = 0;
        disk.crash(unsynced::lost);
        check_whole(*opener.writer().or_throw(), end, 200);
    }
}

TEST_CASE("after a failed reopen nothing is written, not even that the log was closed") {
    folder const in{log_root};
    for (auto const is_stopped : {true, false})
        for (std::size_t n = 1;; ++n) {
            CAPTURE(is_stopped);
            CAPTURE(n);
            REQUIRE(n < 50);
            faulty_disk disk;
            log_opener opener{disk, log_root, small()};
            auto log = opener.writer().or_throw();
            write_events(*log, 3, 200).or_throw();
            if (is_stopped) {
                disk.fail_at = disk.calls() + 1;
                REQUIRE_FALSE(write_events(*log, 3, 200));
            }
            disk.fail_at = disk.calls() + n;
            if (log->reopen()) {
                REQUIRE(n > 1);
                break;
            }
            disk.fail_at = 0;
            CHECK(log->writable().error().kind == errc::unavailable);
            CHECK(write_events(*log, 3, 200).error().kind == errc::unavailable);
            CHECK_FALSE(log->maintain({}).or_throw());
            if (n % 2 == 0) {
                log->reopen().or_throw();
                write_events(*log, 3, 200).or_throw();
                check_whole(*log, 6, 200);
                continue;
            }
            log->close().or_throw();
            CHECK_FALSE(disk.has(in.closed()));
        }
}

TEST_CASE("where a checkpoint lies on the line is told right or not at all, whatever read fails") {
    faulty_disk disk;
    log_opener opener{disk, log_root};
    auto const log = opener.writer().or_throw();
    write_events(*log, 1, 300'000).or_throw();  // what is behind it is another read
    for (auto const* const id : {"a", "b", "c"}) write_answer(*log, id).or_throw();
    auto const behind_answers = log->end().chain;
    write_events(*log, 3).or_throw();
    auto failed = 0;
    for (std::size_t read = 1;; ++read) {
        CAPTURE(read);
        disk.fail_read_in = read;
        auto passed = log->passed(position{1}, behind_answers);
        if (std::exchange(disk.fail_read_in, 0) > 0) {
            CHECK(std::move(passed).or_throw());
            break;
        }
        REQUIRE_FALSE(passed);
        CHECK(passed.error().kind == errc::failed);
        ++failed;
    }
    CHECK(failed > 1);
}
