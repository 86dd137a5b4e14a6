#include "log/segments/kept_copy.hpp"

#include "copied_log.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace diptych;
using namespace diptych::log;
using namespace diptych::log::segments;

namespace {

/// A log, and a copy of it that is kept up to date.
struct kept_log : copied_log {
    std::size_t piece_max = 1u << 20;

    result<std::unique_ptr<kept_copy>> keep() { return kept_copy::open(disk, copy, id); }

    // All that there is now.
    result<void> bring_up(kept_copy& to) {
        for (auto i = 0; i < 10'000; ++i) {
            DIPTYCH_TRY(auto const piece, log->stored(to.wanted(), piece_max));
            DIPTYCH_TRY(auto const is_all, to.take(piece));
            if (is_all) return {};
        }
        return fail(errc::failed, "it does not come to an end");
    }
    result<void> bring_up() {
        DIPTYCH_TRY(auto const to, keep());
        return bring_up(*to);
    }

    void check_alike() {
        for (auto const& [path, content] : all_in(there.root)) {
            if (!path.ends_with(".seg")) continue;
            auto const& kept = disk.content(copy.segment(position{std::stoull(path.substr(9))}));
            CHECK(content.starts_with(kept));
        }
    }
};

}  // namespace

TEST_CASE("a kept copy shows what the log shows, in pieces of any size") {
    for (auto const size : {1u << 20, 700u, 131u, 64u}) {
        kept_log of;
        of.piece_max = size;
        auto const kept = of.keep().or_throw();
        of.bring_up(*kept).or_throw();
        auto const reader = [&] {
            of.write(1);
            of.bring_up(*kept).or_throw();
            return of.copies.reader().or_throw();
        }();
        check_whole(*reader, 2);
        for (std::uint64_t frames = 2; frames < 30; ++frames) {
            if (frames % 5 == 0) write_answer(*of.log, "a" + std::to_string(frames)).or_throw();
            of.write(1);
            of.bring_up(*kept).or_throw();
            check_whole(*reader, 2 * frames);
        }
        of.check_alike();
        CHECK(of.disk.list(copy.log()).or_throw().size() > 4);
    }
}

TEST_CASE("a kept copy is a log wherever keeping it was broken off, and is gone on with") {
    for (auto const what : {unsynced::lost, unsynced::kept, unsynced::half}) {
        for (std::size_t n = 1;; ++n) {
            kept_log of;
            of.piece_max = 500;
            of.write(6);
            of.bring_up().or_throw();
            of.write(9);
            of.disk.make_durable();
            auto const is_done = of.break_off(n, what, [&] { return of.bring_up().has_value(); });
            of.bring_up().or_throw();
            check_whole(*of.copies.reader().or_throw(), 30);
            if (is_done) break;
            REQUIRE(n < 400);
        }
    }
}

TEST_CASE("a copy that was begun and never finished is begun again") {
    for (std::size_t n = 1;; ++n) {
        kept_log of;
        of.write(2);
        of.disk.make_durable();
        auto const is_done =
            of.break_off(n, unsynced::lost, [&] { return of.bring_up().has_value(); });
        of.bring_up().or_throw();
        check_whole(*of.copies.reader().or_throw(), 4);
        if (is_done) break;
        REQUIRE(n < 100);
    }
}

TEST_CASE("what is damaged on the way is not shown, and asked for again") {
    for (auto const offset : {130u, 200u, 450u, 1500u}) {
        kept_log of;
        of.write(3);
        auto const kept = of.keep().or_throw();
        of.bring_up(*kept).or_throw();
        of.write(12);
        auto const reader = of.copies.reader().or_throw();
        auto was_damaged = false;
        for (auto i = 0; i < 100; ++i) {
            auto piece = of.log->stored(kept->wanted(), 1u << 20).or_throw();
            auto const begins = piece.offset;
            if (!was_damaged && begins <= offset && offset < begins + piece.bytes.size()) {
                piece.bytes[offset - begins] ^= 1;
                was_damaged = true;
                auto const refused = kept->take(piece);
                REQUIRE_FALSE(refused);
                CHECK(refused.error().kind == errc::corrupt);
                auto const shown = reader->end().position.value;
                check_whole(*reader, shown);
                continue;
            }
            if (kept->take(piece).or_throw()) break;
        }
        check_whole(*of.copies.reader().or_throw(), 30);
    }
}

TEST_CASE("a copy does not follow another line of history") {
    kept_log of;
    of.write(3);
    of.close();
    of.go_on_and_be_put_back([&] { of.bring_up().or_throw(); });
    of.log = of.opener.writer().or_throw();
    of.write(9);
    auto const refused = of.bring_up();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "other_history");
    check_whole(*of.copies.reader().or_throw(), 12);
}

TEST_CASE("one that has other events at the same positions is told so before it is sent anything") {
    kept_log of;
    of.write(3);
    auto const kept = of.keep().or_throw();
    of.bring_up(*kept).or_throw();
    of.write(1);
    auto place = kept->wanted();
    CHECK(of.log->stored(place, 1000).or_throw().bytes.size() > 0);
    place.chain[7] ^= 1;
    CHECK(of.log->stored(place, 1000).error().code == "other_history");
    place = kept->wanted();
    place.at = position{9};
    CHECK(of.log->stored(place, 1000).error().code == "other_history");
}

TEST_CASE("another log is not followed, nor is a log that is written to taken for a copy") {
    kept_log of;
    of.write(3);
    of.bring_up().or_throw();
    auto other = of.id;
    other.bytes[3] ^= 1;
    CHECK(kept_copy::open(of.disk, copy, other).error().code == "foreign_folder");
    of.close();
    CHECK(kept_copy::open(of.disk, there, of.id).error().code == "not_a_copy");
}

TEST_CASE("who opens a kept copy to write begins an epoch, and it is no copy any more") {
    kept_log of;
    of.write(3);
    of.bring_up().or_throw();
    {
        auto const log = of.copies.writer().or_throw();
        CHECK(log->epochs().size() == 2);
        check_whole(*log, 6);
        log->close().or_throw();
    }
    CHECK(of.bring_up().error().code == "not_a_copy");
}

TEST_CASE("a segment without events is not taken for the one that took its name in another epoch") {
    kept_log of;
    auto const kept = kept_copy::open(of.disk, {"/kept"}, of.id).or_throw();
    of.bring_up(*kept).or_throw();
    CHECK(kept->wanted().offset == segment_header_size);
    of.close();
    of.copy_by_hand();
    of.log = of.copies.writer().or_throw();
    REQUIRE(of.log->end().epoch != kept->wanted().epoch);
    of.write(1);
    auto const refused = of.bring_up(*kept);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "other_history");
}

TEST_CASE("a log that begins an epoch is followed into it") {
    kept_log of;
    of.write(3);
    of.close();
    of.copy_by_hand();
    auto const original = of.all_in(there.root);
    // The folder that was copied by hand is the log from now on; what was kept is of before.
    auto const kept_in = folder{"/kept"};
    auto const follow = [&](segment_engine const& log) -> result<void> {
        DIPTYCH_TRY(auto const to, kept_copy::open(of.disk, kept_in, of.id));
        for (auto i = 0; i < 100; ++i) {
            DIPTYCH_TRY(auto const piece, log.stored(to->wanted(), 1u << 20));
            DIPTYCH_TRY(auto const is_all, to->take(piece));
            if (is_all) return {};
        }
        return fail(errc::failed, "it does not come to an end");
    };
    follow(*of.opener.reader().or_throw()).or_throw();
    auto const log = of.copies.writer().or_throw();
    REQUIRE(log->epochs().size() == 2);
    write_events(*log, 2).or_throw();
    follow(*log).or_throw();
    log_opener kept{of.disk, kept_in.root, {.segment_bytes = 2000, .indexed = false}};
    auto const reader = kept.reader().or_throw();
    check_whole(*reader, 8);
    CHECK(reader->epochs().size() == 2);
    CHECK(reader->end().epoch == log->end().epoch);
}

TEST_CASE("of a piece that a power cut tore, whatever is behind the tear comes again") {
    for (auto const offset : {200u, 700u, 1300u}) {
        kept_log of;
        of.write(2);
        of.bring_up().or_throw();
        of.write(2);
        of.bring_up().or_throw();
        auto& bytes = of.disk.content(copy.segment(position{1}));
        if (offset >= bytes.size()) continue;
        bytes[offset] ^= 1;  // what is behind it is whole
        auto const kept = of.keep().or_throw();
        CHECK(kept->wanted().offset <= offset);
        check_whole(*of.copies.reader().or_throw(), kept->wanted().at.value);
        of.bring_up(*kept).or_throw();
        check_whole(*of.copies.reader().or_throw(), 8);
    }
}
