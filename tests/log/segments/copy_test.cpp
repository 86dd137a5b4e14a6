#include "copied_log.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace diptych;
using namespace diptych::log;
using namespace diptych::log::segments;

namespace {

std::map<std::string, std::string> all_segments(copied_log const& of) {
    auto all = of.all_in(copy.log());
    all.erase(copy.next_segment());
    return all;
}

}  // namespace

TEST_CASE("a copy taken between two appends holds what was durable, whole") {
    copied_log of;
    for (std::size_t frames = 0; frames < 12; ++frames) {
        of.write(1);
        of.take().or_throw();
        auto const reader = of.copies.reader().or_throw();
        check_whole(*reader, 2 * frames + 2);
    }
    CHECK(of.disk.list(copy.log()).or_throw().size() >= 3);
}

TEST_CASE("a copy of an empty log is an empty log") {
    copied_log of;
    of.take().or_throw();
    CHECK(of.copies.reader().or_throw()->end().position == position{});
    CHECK(of.copies.writer().or_throw()->end().position == position{});
}

TEST_CASE("a copy that is taken again copies only what has changed") {
    copied_log of;
    of.write(20);
    auto const first = of.take().or_throw();
    CHECK(first.segments > 3);
    CHECK(of.take().or_throw().segments == 1);  // the one that is being written
    of.write(1);
    CHECK(of.take().or_throw().segments <= 2);
    check_whole(*of.copies.reader().or_throw(), 42);
}

TEST_CASE("damage anywhere is not copied, and is named with its place") {
    copied_log const whole;
    for (auto const offset : {5u, 140u, 300u, 900u}) {
        copied_log of;
        of.write(20);
        of.close();
        auto const segment = there.segment(position{1});
        of.disk.content(segment)[offset] ^= 1;
        auto const refused = of.take();
        REQUIRE_FALSE(refused);
        CHECK(refused.error().kind == errc::corrupt);
        CHECK(refused.error().message.contains(segment.native()));
        CHECK_FALSE(of.disk.has(copy.segment(position{1})));
    }
    copied_log of;
    of.write(20);
    auto const segment = there.segment(position{1});
    auto& bytes = of.disk.content(segment);
    bytes[bytes.size() - 140] ^= 1;  // in the tables
    CHECK(of.take().error().message.contains("the trailer says otherwise"));
}

TEST_CASE("a copy is a whole log wherever taking it was broken off, and is finished later") {
    for (auto const what : {unsynced::lost, unsynced::kept, unsynced::half}) {
        for (std::size_t n = 1;; ++n) {
            copied_log of;
            of.write(6);
            of.take().or_throw();
            of.write(9);
            of.close();
            auto const is_done = of.break_off(n, what, [&] { return of.take().has_value(); });
            segment_cache cache(of.disk, {});
            auto const found = inspect(of.disk, copy, of.id, {}, cache).or_throw();
            CHECK(found.last->last() >= position{12});
            CHECK(found.last->last() <= position{30});
            check_whole(
                *of.copies.reader().or_throw(), of.copies.reader().or_throw()->end().position.value
            );
            of.take().or_throw();
            check_whole(*of.copies.reader().or_throw(), 30);
            if (is_done) break;
            REQUIRE(n < 200);
        }
    }
}

TEST_CASE("a copy of another line of history is not gone on with") {
    copied_log of;
    of.write(3);
    of.copy_by_hand();
    of.write(1);
    {
        auto const log = of.copies.writer().or_throw();
        write_events(*log, 1).or_throw();
        log->close().or_throw();
    }
    auto const refused = of.take();
    REQUIRE_FALSE(refused);
    INFO(refused.error().message);
    CHECK(refused.error().code == "other_history");
    CHECK(refused.error().kind == errc::conflict);
}

TEST_CASE("a copy that is further than the log is not overwritten by it") {
    copied_log of;
    of.write(3);
    of.close();
    of.go_on_and_be_put_back([&] { of.take().or_throw(); });
    auto const refused = of.take();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.contains("put back"));
    check_whole(*of.copies.reader().or_throw(), 12);
}

TEST_CASE("what was acknowledged is copied, however old the watermark is after a power cut") {
    for (std::size_t frames = 1; frames < 10; ++frames) {
        for (auto const said : {0u, 1u, 2u}) {
            copied_log of;
            of.write(1);
            auto const old = said == 0 ? std::string(4096, '\0') : of.watermark();
            of.write(frames);
            of.lose_power(old);
            if (said == 2) of.disk.forget_pages();
            of.take().or_throw();
            check_whole(*of.copies.reader().or_throw(), 2 * frames + 2);
        }
    }
}

TEST_CASE("what is copied without a mark that says it is durable is so in the log, too") {
    copied_log of;
    auto const segment = there.segment(position{1});
    of.write(1);
    auto const old = of.watermark();
    auto const durable = of.disk.content(segment);
    of.write(1);
    auto const written = of.disk.content(segment);
    of.lose_power(old);
    // As if the writer had been killed before it synced.
    of.disk.content(segment) = durable;
    of.disk.make_durable();
    of.disk.open(segment, storage::file_mode::read_write).or_throw()->write(0, written).or_throw();
    of.take().or_throw();
    of.disk.crash(unsynced::lost);
    CHECK(of.opener.writer().or_throw()->end().position == position{4});
    CHECK(of.copies.reader().or_throw()->end().position == position{4});
}

TEST_CASE("an end that a mark covers is not left out of a copy: the log has lost it") {
    copied_log of;
    of.write(3);
    of.close();
    auto& bytes = of.disk.content(there.segment(position{1}));
    auto const closed = of.disk.content(there.closed());
    auto const end = decode_mark(closed)->mark.offset;
    bytes[end - 20] ^= 1;
    CHECK(of.take().error().kind == errc::corrupt);
    bytes.resize(end - 20);
    CHECK(of.take().error().kind == errc::corrupt);
    bytes.resize(segment_header_size);
    CHECK(of.take().error().code == "acknowledged_loss");
    CHECK_FALSE(of.disk.has(copy.segment(position{1})));
}

TEST_CASE("a log of which a segment is lost changes nothing in a copy of it") {
    copied_log of;
    of.write(10);
    of.take().or_throw();
    of.write(20);
    of.close();
    auto const copied = of.all_in(copy.root);
    auto const segments = list_segments(of.disk, there).or_throw();
    REQUIRE(segments.size() > 6);
    auto const lost = there.segment(segments[segments.size() - 3]);
    auto const content = of.disk.content(lost);
    REQUIRE_FALSE(of.disk.has(copy.segment(segments[segments.size() - 3])));
    of.disk.remove(lost).or_throw();
    auto const refused = of.take();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "missing_segment");
    CHECK(of.all_in(copy.root) == copied);
    of.disk.open(lost, storage::file_mode::create_new).or_throw()->write(0, content).or_throw();
    of.take().or_throw();
    check_whole(*of.copies.reader().or_throw(), 60);
}

TEST_CASE("a copy in which another epoch has begun is not gone on with, and stays whole") {
    copied_log of;
    of.write(3);
    of.take().or_throw();
    of.copies.writer().or_throw()->close().or_throw();  // an epoch without events
    auto const before = all_segments(of);
    of.write(9);
    CHECK(of.take().error().code == "other_history");
    CHECK(all_segments(of) == before);
}

TEST_CASE("an epoch that began where a copy ends is no other line") {
    copied_log of;
    of.take().or_throw();
    of.close();
    make_homeless(of.disk, there).or_throw();
    of.log = of.opener.writer().or_throw();
    REQUIRE(of.log->end().epoch > epoch{1});
    of.write(9);
    of.take().or_throw();
    check_whole(*of.copies.reader().or_throw(), 18);
}

TEST_CASE("damage in what a copy had before is found, and copied anew, where that is asked for") {
    copied_log of;
    of.write(20);
    of.take().or_throw();
    of.disk.content(copy.segment(position{1}))[300] ^= 1;
    CHECK(of.take().or_throw().segments == 1);
    CHECK(of.take({.check_kept = true}).or_throw().segments == 2);
    CHECK(
        of.disk.content(copy.segment(position{1})) == of.disk.content(there.segment(position{1}))
    );
}

TEST_CASE("copying that fails leaves no part of a segment") {
    copied_log of;
    of.write(20);
    of.take().or_throw();
    of.write(20);
    auto const segments = list_segments(of.disk, there).or_throw();
    of.disk.content(there.segment(segments[segments.size() - 3]))[300] ^= 1;
    CHECK(of.take().error().kind == errc::corrupt);
    CHECK_FALSE(of.disk.has(copy.next_segment()));
    CHECK(of.disk.has(copy.segment(segments[segments.size() - 4])));
    CHECK_FALSE(of.disk.has(copy.segment(segments[segments.size() - 3])));
}

TEST_CASE("a log whose last segment is sealed is copied with its trailer") {
    copied_log of;
    of.write(3);
    of.close();
    {
        segment_cache cache(of.disk, {});
        auto const found = inspect(of.disk, there, of.id, {}, cache).or_throw();
        begin_epoch(of.disk, there, of.id, found, epoch{9}).or_throw();
        of.disk.remove(there.segment(position{7})).or_throw();
    }
    CHECK(of.take().or_throw().segments == 1);
    CHECK(
        of.disk.content(copy.segment(position{1})) == of.disk.content(there.segment(position{1}))
    );
    CHECK(of.take().or_throw().segments == 0);
}
