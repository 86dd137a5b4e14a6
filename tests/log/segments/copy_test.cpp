#include "faulty_disk.hpp"
#include "frames.hpp"
#include "log/line_of_history.hpp"
#include "log/segments/copy_log.hpp"
#include "log/segments/home.hpp"
#include "log/segments/new_epoch.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace diptych;
using namespace diptych::log;
using namespace diptych::log::segments;

namespace {

folder const there{"/log"};
folder const copy{"/copy"};

/// A log on a disk in memory, and copies of it.
struct copied_log {
    faulty_disk disk;
    log_opener opener{disk, there.root, {.segment_bytes = 2000, .indexed = false}};
    log_opener copies{disk, copy.root, {.segment_bytes = 2000, .indexed = false}};
    std::unique_ptr<segment_engine> log = opener.writer().or_throw();
    uuid id = log->end().log_id;

    void write(std::size_t frames) {
        for (std::size_t i = 0; i < frames; ++i) write_events(*log, 2).or_throw();
    }
    void close() {
        log->close().or_throw();
        log.reset();
    }

    result<copied_segments> take() {
        DIPTYCH_TRY(auto const reader, opener.reader());
        DIPTYCH_TRY(auto const now, reader->now());
        DIPTYCH_TRY(disk.make_directories(copy.root));
        DIPTYCH_TRY(auto const known, read_format(disk, copy));
        if (!known) {
            DIPTYCH_TRY(create_format(disk, copy, id));
        }
        DIPTYCH_TRY(make_homeless(disk, copy));
        segment_cache cache(disk, {});
        DIPTYCH_TRY(auto const earlier, inspect(disk, copy, id, {}, cache));
        DIPTYCH_TRY(check_earlier(copy, earlier, now.list, cache));
        DIPTYCH_TRY(auto const done, copy_log(disk, now.list, copy, {}));
        segment_cache fresh(disk, {});
        DIPTYCH_TRY(auto const found, inspect(disk, copy, id, {}, fresh));
        DIPTYCH_TRY(write_closed(disk, copy, mark_of(found)));
        return done;
    }

    /// As `cp -r` would do it: everything but what tells one file from another.
    void copy_by_hand() {
        disk.make_directories(copy.root).or_throw();
        disk.make_directories(copy.log()).or_throw();
        for (auto const& [path, content] : disk.all())
            if (path.starts_with("/copy/")) disk.remove(path).or_throw();
        for (auto const& [path, content] : disk.all()) {
            if (!path.starts_with("/log/")) continue;
            auto const to = "/copy" + path.substr(4);
            disk.open(to, storage::file_mode::create_new).or_throw()->write(0, content).or_throw();
        }
        disk.make_durable();
    }
};

token end_of(engine const& log) { return {log.end().epoch, log.end().position}; }

bool is_on_line(engine const& log, token const& point) {
    return line_of_history(log.epochs()).check(point, log.end().position).has_value();
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
            of.disk.fail_at = of.disk.calls() + n;
            of.disk.fails_ever_after = true;
            auto const done = of.take();
            auto const was_reached = of.disk.calls() >= of.disk.fail_at;
            of.disk.fail_at = 0;
            of.disk.fails_ever_after = false;
            of.disk.crash(what);
            segment_cache cache(of.disk, {});
            auto const found = inspect(of.disk, copy, of.id, {}, cache).or_throw();
            CHECK(found.last->last() >= position{12});
            CHECK(found.last->last() <= position{30});
            check_whole(
                *of.copies.reader().or_throw(), of.copies.reader().or_throw()->end().position.value
            );
            of.take().or_throw();
            check_whole(*of.copies.reader().or_throw(), 30);
            if (done && !was_reached) break;
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
    auto const before = of.disk.all();
    of.log = of.opener.writer().or_throw();
    of.write(3);
    of.take().or_throw();
    of.close();
    of.disk.forget_pages();
    for (auto const& [path, content] : before) of.disk.content(path) = content;
    auto const refused = of.take();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.contains("put back"));
    check_whole(*of.copies.reader().or_throw(), 12);
}

TEST_CASE("a folder that is opened again keeps its epoch") {
    copied_log of;
    of.write(3);
    of.close();
    of.log = of.opener.writer().or_throw();
    CHECK(end_of(*of.log) == token{epoch{1}, position{6}});
}

TEST_CASE("HOME is written as the reference page says") {
    faulty_disk disk;
    disk.make_directories("/log").or_throw();
    CHECK(look_for_home(disk, there).or_throw() == home::unknown);
    make_home(disk, there).or_throw();  // the first file of this disk
    CHECK(disk.content(there.home()) == "diptych home 1\n0000000000000001\n");
    CHECK(look_for_home(disk, there).or_throw() == home::here);
    make_homeless(disk, there).or_throw();
    CHECK(disk.content(there.home()) == "diptych home 1\n0000000000000000\n");
    CHECK(look_for_home(disk, there).or_throw() == home::copy);
    disk.content(there.home()) = "diptych home 1\n000000000000000";
    CHECK(look_for_home(disk, there).or_throw() == home::copy);
}

TEST_CASE("a copied folder that is written to begins an epoch of its own, at its end") {
    for (std::size_t frames = 0; frames < 8; ++frames) {
        copied_log of;
        of.write(frames);
        write_answer(*of.log, "one").or_throw();
        auto const chain = of.log->end().chain;
        of.close();
        of.copy_by_hand();
        position const last{2 * frames};
        {
            auto const log = of.copies.writer().or_throw();
            auto const end = log->end();
            CHECK(end.position == last);
            CHECK(end.chain == chain);
            CHECK(end.epoch > epoch{1});
            CHECK(is_on_line(*log, {epoch{1}, last}));
            CHECK_FALSE(is_on_line(*log, {epoch{1}, last + 1}));
            write_events(*log, 2).or_throw();
            check_whole(*log, 2 * frames + 2);
            CHECK_FALSE(is_on_line(*log, {epoch{1}, last + 1}));
            CHECK(is_on_line(*log, {end.epoch, last + 1}));
            log->close().or_throw();
        }
        // The original goes on as before, and knows nothing of the copy's events.
        of.log = of.opener.writer().or_throw();
        auto const other = of.copies.writer().or_throw()->end().epoch;
        of.write(1);
        CHECK(of.log->end().epoch == epoch{1});
        CHECK_FALSE(is_on_line(*of.log, {other, last + 1}));
    }
}

TEST_CASE("two copies of one log have two epochs") {
    copied_log of;
    of.write(1);
    of.close();
    of.copy_by_hand();
    auto const first = of.copies.writer().or_throw()->end().epoch;
    of.disk.forget_pages();
    of.copy_by_hand();
    CHECK(of.copies.writer().or_throw()->end().epoch != first);
}

TEST_CASE("an epoch is begun all or not at all, wherever that is broken off") {
    for (std::size_t const frames : {0u, 1u, 5u}) {
        for (auto const what : {unsynced::lost, unsynced::kept, unsynced::half}) {
            for (std::size_t n = 1;; ++n) {
                copied_log of;
                of.write(frames);
                write_answer(*of.log, "one").or_throw();
                auto const chain = of.log->end().chain;
                of.close();
                of.copy_by_hand();
                of.disk.fail_at = of.disk.calls() + n;
                of.disk.fails_ever_after = true;
                auto const opened = of.copies.writer().has_value();
                of.disk.fail_at = 0;
                of.disk.fails_ever_after = false;
                of.disk.crash(what);
                auto const log = of.copies.writer().or_throw();
                REQUIRE(log->end().epoch > epoch{1});
                REQUIRE(log->end().chain == chain);
                REQUIRE(log->end().position.value == 2 * frames);
                REQUIRE(is_on_line(*log, {epoch{1}, log->end().position}));
                if (opened) break;
                REQUIRE(n < 100);
            }
        }
    }
}

TEST_CASE("the epoch after the last one there can be is refused") {
    CHECK(epoch_after(epoch{7}, 0).or_throw() == epoch{8});
    CHECK(epoch_after(epoch{7}, ~std::uint64_t{0}).or_throw() > epoch{8});
    CHECK(epoch_after(epoch{0xffff'ffff}, 0).error().kind == errc::failed);
}

TEST_CASE("on the machine's disk a copied folder is told from its original") {
    temporary_folder const folder;
    log_opener first{storage::system_disk(), folder.path / "a"};
    {
        auto const log = first.writer().or_throw();
        write_events(*log, 2).or_throw();
        log->close().or_throw();
    }
    auto const epoch_at = [&](char const* name) {
        log_opener one{storage::system_disk(), folder.path / name};
        one.random = first.random;
        return one.writer().or_throw()->end().epoch;
    };
    CHECK(epoch_at("a") == epoch{1});
    std::filesystem::copy(
        folder.path / "a", folder.path / "b", std::filesystem::copy_options::recursive
    );
    std::filesystem::rename(folder.path / "a", folder.path / "moved");
    CHECK(epoch_at("moved") == epoch{1});
    CHECK(epoch_at("b") > epoch{1});
    // Put back under its name, where a new file may well get the inode of the removed one.
    std::filesystem::remove_all(folder.path / "moved");
    std::filesystem::copy(
        folder.path / "b", folder.path / "moved", std::filesystem::copy_options::recursive
    );
    CHECK(epoch_at("moved") > epoch_at("b"));
}
