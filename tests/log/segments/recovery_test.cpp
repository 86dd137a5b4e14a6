#include "faulty_disk.hpp"
#include "frames.hpp"
#include "log/segments/segment_format.hpp"

#include <doctest/doctest.h>

using namespace diptych;
using namespace diptych::log;
using namespace diptych::log::segments;

namespace {

std::string const first_segment = "/log/log/00000000000000000001.seg";

/// A log on a disk in memory, written by somebody who never closed it.
struct left_log {
    faulty_disk disk;
    log_opener opener{disk, log_root, {.segment_bytes = 1 << 20, .indexed = false}};

    explicit left_log(
        std::size_t frames, std::uint64_t segment_bytes = 1 << 20, bool is_another = false
    ) {
        opener.options.segment_bytes = segment_bytes;
        if (is_another) opener.random.next();  // so its log id is another one
        auto const log = opener.writer().or_throw();
        for (std::size_t i = 0; i < frames; ++i) write_events(*log, 2).or_throw();
    }

    // Offset behind the last frame, by reading.
    std::uint64_t end_offset() { return offset_behind(opener.reader().or_throw()->end().position); }
    std::uint64_t offset_behind(position last) {
        std::uint64_t offset = segment_header_size;
        auto const log = opener.reader().or_throw();
        for (auto const& one : log->frames(position{0}, 1 << 30).or_throw())
            if (one->last() <= last) offset += one->bytes.size();
        return offset;
    }
    std::string last_segment() {
        std::string last;
        for (auto const& name : disk.list(log_root / "log").or_throw())
            if (name.ends_with(".seg")) last = "/log/log/" + name;
        return last;
    }
    std::string& bytes() { return disk.content(first_segment); }
};

}  // namespace

TEST_CASE("a tail torn at any byte of the last frame is cut, and nothing else") {
    left_log whole(3);
    auto const before = whole.offset_behind(position{4});
    auto const end = whole.end_offset();
    for (auto kept = before; kept < end; ++kept) {
        for (auto const fill : {'\0', '\x5a'}) {
            left_log torn(3);
            torn.disk.forget_pages();
            auto& bytes = torn.bytes();
            for (auto at = kept; at < end; ++at) bytes[at] = fill;
            if (bytes == whole.bytes()) continue;
            torn.disk.make_durable();
            auto const log = torn.opener.writer().or_throw();
            REQUIRE(log->end().position == position{4});
            write_events(*log, 2).or_throw();
            check_whole(*log, 6);
        }
        left_log cut(3);
        cut.disk.forget_pages();
        cut.bytes().resize(kept);
        auto const log = cut.opener.writer().or_throw();
        REQUIRE(log->end().position == position{4});
        write_events(*log, 2).or_throw();
        check_whole(*log, 6);
    }
}

TEST_CASE("after the cut nothing of the torn frame is left in the file") {
    left_log torn(3);
    auto const before = torn.offset_behind(position{4});
    torn.disk.forget_pages();
    torn.bytes()[before + 100] ^= 1;
    torn.disk.make_durable();
    torn.opener.writer().or_throw();
    torn.disk.crash(unsynced::lost);
    auto const rest = torn.bytes().substr(before);
    CHECK(rest.find_first_not_of('\0') == std::string::npos);
}

TEST_CASE("a valid frame behind a damaged one means damage, not a torn end") {
    left_log damaged(4);
    auto const at = damaged.offset_behind(position{4});
    damaged.disk.forget_pages();
    for (auto const offset : {at + 1, at + 30, at + 200}) {
        damaged.bytes()[offset] ^= 4;
        auto const before = damaged.disk.all();
        auto const opened = damaged.opener.writer();
        REQUIRE_FALSE(opened);
        CHECK(opened.error().kind == errc::corrupt);
        CHECK(opened.error().message.contains("position 5"));
        CHECK(opened.error().message.contains(first_segment));
        CHECK(opened.error().message.contains("offset " + std::to_string(at)));
        CHECK(damaged.disk.all() == before);
        damaged.bytes()[offset] ^= 4;
    }
    CHECK(damaged.opener.writer());
}

TEST_CASE("a damaged last frame that the watermark covers is damage, not a torn end") {
    left_log damaged(3);
    auto const at = damaged.offset_behind(position{4});
    damaged.bytes()[at + 90] ^= 4;
    auto const opened = damaged.opener.writer();
    REQUIRE_FALSE(opened);
    CHECK(opened.error().kind == errc::corrupt);
    CHECK(opened.error().message.contains("WATERMARK"));
    CHECK(opened.error().message.contains("position 5"));
}

TEST_CASE("a damaged last frame that the clean close or a view covers is damage as well") {
    left_log damaged(3);
    auto chain = hash256{};
    {
        auto const log = damaged.opener.writer().or_throw();
        chain = log->end().chain;
        log->close().or_throw();
    }
    auto const at = damaged.offset_behind(position{4});
    damaged.disk.forget_pages();
    damaged.bytes()[at + 90] ^= 4;
    auto const before = damaged.disk.all();
    CHECK(damaged.opener.writer().error().message.contains("CLOSED"));
    CHECK(damaged.disk.all() == before);

    damaged.disk.remove(log_root / "CLOSED").or_throw();
    damaged.opener.options.covered_by = {
        {.name = "view orders", .position = position{6}, .chain = chain}
    };
    CHECK(damaged.opener.writer().error().kind == errc::corrupt);
    CHECK(damaged.opener.writer().error().message.contains("view orders"));
    damaged.opener.options.covered_by = {};
    CHECK(damaged.opener.writer().or_throw()->end().position == position{4});
}

TEST_CASE("answers-only frames are covered like others") {
    left_log damaged(2);
    write_answer(*damaged.opener.writer().or_throw(), "a").or_throw();
    auto const at = damaged.offset_behind(position{4}) - 1;
    damaged.bytes()[at] ^= 1;
    CHECK(damaged.opener.writer().error().kind == errc::corrupt);
    damaged.disk.forget_pages();
    CHECK(damaged.opener.writer().or_throw()->end().position == position{4});
}

TEST_CASE("a checkpoint beyond the end is acknowledged loss: the log opens for reading only") {
    left_log lost(3);
    auto const at = lost.offset_behind(position{4});
    auto& bytes = lost.bytes();
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.end(), '\0');
    auto const before = lost.disk.all();
    auto const log = lost.opener.writer().or_throw();
    auto const writable = log->writable();
    REQUIRE_FALSE(writable);
    CHECK(writable.error().code == "acknowledged_loss");
    CHECK(writable.error().message.contains("position 6"));
    CHECK(writable.error().message.contains("lost"));
    CHECK(write_events(*log, 1).error().code == "acknowledged_loss");
    check_whole(*log, 4);
    log->maintain({}).or_throw();
    log->close().or_throw();
    CHECK(lost.disk.all() == before);
}

TEST_CASE("a checkpoint of another line of history opens the log for reading only") {
    left_log mixed(3);
    mixed.opener.options.covered_by = {
        {.name = "view orders", .position = position{4}, .chain = sha256({"other"})}
    };
    auto const log = mixed.opener.writer().or_throw();
    CHECK(log->writable().error().message.contains("view orders"));
    check_whole(*log, 6);
}

TEST_CASE("a checkpoint inside a frame or behind its answers is of this line") {
    left_log good(2);
    hash256 inside;
    hash256 behind;
    {
        auto const log = good.opener.writer().or_throw();
        inside = log->chain_at(position{3}).or_throw();
        write_answer(*log, "a").or_throw();
        behind = log->end().chain;
    }
    good.opener.options.covered_by = {
        {.name = "one", .position = position{3}, .chain = inside},
        {.name = "two", .position = position{4}, .chain = behind},
        {.name = "new", .position = position{0}, .chain = {}},
    };
    CHECK(good.opener.writer().or_throw()->writable());
}

TEST_CASE("frames of another log, or of another segment, never pass") {
    left_log another(6, 1 << 20, true);
    left_log here(3);
    auto const at = here.end_offset();
    REQUIRE(another.offset_behind(position{6}) == at);
    // What a disk may give back for blocks that once belonged to another file.
    auto const stale = another.bytes().substr(at, another.end_offset() - at);
    here.bytes().replace(at, stale.size(), stale);
    auto const log = here.opener.writer().or_throw();
    REQUIRE(log->end().position == position{6});
    write_events(*log, 2).or_throw();
    check_whole(*log, 8);

    left_log rotated(60, 4'000);
    auto const first = rotated.bytes();
    auto& second = rotated.disk.content(rotated.last_segment());
    auto const end = second.find_last_not_of('\0') + 1;
    second.replace(end, 1'000, first.substr(segment_header_size, 1'000));
    rotated.disk.forget_pages();
    CHECK(rotated.opener.writer().or_throw()->end().position == position{120});
}

TEST_CASE("a frame of this segment that stands further on proves that something is missing") {
    left_log longer(6);
    left_log here(3);
    here.disk.forget_pages();
    auto const at = longer.offset_behind(position{10});
    auto const sixth = longer.bytes().substr(at, longer.end_offset() - at);
    here.bytes().replace(at, sixth.size(), sixth);
    CHECK(here.opener.writer().error().kind == errc::corrupt);
}

TEST_CASE("a missing or unsealed segment that is not the last is corrupt, never the end") {
    left_log whole(60, 4'000);
    auto const names = whole.disk.list(log_root / "log").or_throw();
    std::vector<std::string> segments;
    for (auto const& name : names)
        if (name.ends_with(".seg")) segments.push_back("/log/log/" + name);
    REQUIRE(segments.size() > 3);
    for (std::size_t i = 0; i + 1 < segments.size(); ++i) {
        left_log log(60, 4'000);
        log.disk.remove(segments[i]).or_throw();
        auto const opened = log.opener.writer();
        REQUIRE_FALSE(opened);
        CHECK(opened.error().kind == errc::corrupt);
        CHECK(opened.error().message.contains(segments[i]));

        left_log unsealed(60, 4'000);
        auto& bytes = unsealed.disk.content(segments[i]);
        bytes.resize(bytes.size() - 1);
        CHECK(unsealed.opener.writer().error().message.contains(segments[i]));
    }
    left_log last(60, 4'000);
    last.disk.remove(segments.back()).or_throw();
    CHECK(last.opener.writer().or_throw()->writable().error().code == "acknowledged_loss");
    left_log all(2);
    all.disk.remove(first_segment).or_throw();
    CHECK(all.opener.writer().error().kind == errc::corrupt);
}

TEST_CASE("a last segment that is sealed, or was being sealed, is taken as it is") {
    left_log sealed(60, 4'000);
    auto const names = sealed.disk.list(log_root / "log").or_throw();
    std::vector<std::string> segments;
    for (auto const& name : names)
        if (name.ends_with(".seg")) segments.push_back("/log/log/" + name);
    auto const last_but_one = segments[segments.size() - 2];
    auto const trailer_ends = sealed.disk.content(last_but_one).size();
    for (auto const cut : {std::size_t{0}, std::size_t{1}, std::size_t{130}}) {
        left_log log(60, 4'000);
        log.disk.forget_pages();
        log.disk.remove(segments.back()).or_throw();
        log.disk.content(last_but_one).resize(trailer_ends - cut);
        auto const opened = log.opener.writer().or_throw();
        auto const end = opened->end().position.value;
        CHECK(end > 0);
        for (int i = 0; i < 20; ++i) write_events(*opened, 1).or_throw();
        check_whole(*opened, end + 20);
    }
}

TEST_CASE("the last frame is written again before it is read, for its sync may have failed") {
    faulty_disk disk;
    log_opener opener{disk, log_root, {.indexed = false}};
    auto log = opener.writer().or_throw();
    write_events(*log, 1).or_throw();
    disk.fail_at = disk.calls() + 2;  // write, then sync
    CHECK(write_events(*log, 1).error().kind == errc::outcome_unknown);
    // The frame is in the kernel's memory, marked clean: a sync alone would not write it.
    log->reopen().or_throw();
    check_whole(*log, 2);
    log.reset();
    disk.crash(unsynced::lost);
    check_whole(*opener.writer().or_throw(), 2);
}

TEST_CASE("a reader is shown no frame before its sync has returned") {
    faulty_disk disk;
    log_opener opener{disk, log_root, {.indexed = false}};
    auto const log = opener.writer().or_throw();
    write_events(*log, 2).or_throw();
    auto const reader = opener.reader().or_throw();
    for (auto const call : {1, 2}) {  // write, then sync
        disk.fail_at = disk.calls() + static_cast<std::size_t>(call);
        CHECK(write_events(*log, 1).error().kind == errc::outcome_unknown);
        CHECK(reader->end().position == position{2});
        CHECK(reader->frames(position{3}, 1000).or_throw().empty());
        CHECK(opener.reader().or_throw()->end().position == position{2});
        if (call == 1) log->reopen().or_throw();
    }
    log->reopen().or_throw();
    CHECK(reader->end().position == position{3});
}

TEST_CASE("after a failed write nothing is retried until the log is opened again") {
    for (auto const is_short : {false, true}) {
        faulty_disk disk;
        log_opener opener{disk, log_root, {.indexed = false}};
        auto const log = opener.writer().or_throw();
        write_events(*log, 2).or_throw();
        disk.fail_at = disk.calls() + 1;
        disk.fails_short = is_short;
        CHECK(write_events(*log, 1).error().kind == errc::outcome_unknown);
        auto const calls = disk.calls();
        CHECK(write_events(*log, 1).error().kind == errc::unavailable);
        CHECK(log->writable().error().kind == errc::unavailable);
        CHECK(disk.calls() == calls);
        CHECK(log->fetch(std::vector{position{1}, position{2}}).or_throw().size() == 2);
        log->reopen().or_throw();
        REQUIRE(log->writable());
        write_events(*log, 1).or_throw();
        check_whole(*log, 3);
    }
}

TEST_CASE("a full disk turns a commit away before anything is written, and with space it goes on") {
    for (std::uint64_t const segment_bytes :
         {std::uint64_t{1} << 26, std::uint64_t{300'000}}) {  // in a segment, at its end
        CAPTURE(segment_bytes);
        faulty_disk disk;
        log_opener opener{disk, log_root, {.segment_bytes = segment_bytes, .indexed = false}};
        auto const log = opener.writer().or_throw();
        write_events(*log, 100, 2000).or_throw();
        disk.is_full = true;
        auto written = log->end().position.value;
        auto before = disk.all();
        auto done = write_events(*log, 10, 2000);
        for (; done; done = write_events(*log, 10, 2000)) {
            written += 10;
            before = disk.all();
        }
        CHECK(written > 100);
        CHECK(done.error().kind == errc::unavailable);
        CHECK(done.error().message.contains("the disk is full"));
        CHECK(done.error().message.contains("no space"));
        CHECK(disk.all() == before);
        CHECK(log->writable());
        CHECK(log->has_room().error().code == "disk_full");
        check_whole(*log, written, 2000);
        CHECK(log->reopen());
        auto now = opener.time.now();
        CHECK_FALSE(log->maintain(now).or_throw());
        CHECK_FALSE(log->has_room());
        disk.is_full = false;
        now += std::chrono::seconds{6};
        CHECK(log->maintain(now).or_throw());
        CHECK(log->has_room());
        write_events(*log, 10, 2000).or_throw();
        check_whole(*log, written + 10, 2000);
    }
}

TEST_CASE("a lost segment of answers alone is acknowledged loss, though no event is missing") {
    left_log log(1, 2'000);
    {
        auto const writer = log.opener.writer().or_throw();
        while (log.last_segment() == first_segment) write_answer(*writer, "a").or_throw();
    }
    log.disk.remove(log.last_segment()).or_throw();
    auto const opened = log.opener.writer().or_throw();
    CHECK(opened->end().position == position{2});
    CHECK(opened->writable().error().code == "acknowledged_loss");
    CHECK(opened->writable().error().message.contains("beyond the end of the log"));
}

TEST_CASE("a log that is to keep no reserve gives back what an earlier process kept") {
    faulty_disk disk;
    log_opener opener{disk, log_root, {.reserve_bytes = 8192, .indexed = false}};
    opener.writer().or_throw()->close().or_throw();
    folder const in{log_root};
    CHECK(disk.content(in.reserve()).size() == 8192);
    log_opener without{disk, log_root, {.reserve_bytes = 0, .indexed = false}};
    without.writer().or_throw()->close().or_throw();
    CHECK_FALSE(disk.has(in.reserve()));
}
