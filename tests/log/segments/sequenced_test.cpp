#include "contract/contract_log.hpp"
#include "faulty_disk.hpp"
#include "frames.hpp"

#include <filesystem>

namespace diptych::contract {

namespace {

using log::segments::segment_options;

/// A log on segments, on a machine or on a disk in memory.
struct segment_log {
    storage::disk& disk = storage::system_disk();
    std::filesystem::path path;
    segment_options options = {};
    log::limits bounds = {};
    hand_clock time = {};
    counted_random random = {};
    std::function<void(position, position)> progress = {};
    std::unique_ptr<log::sequenced_log> log = {};

    void open() {
        using log::segments::segment_engine;
        log.reset();
        auto engine =
            segment_engine::open(path, segment_engine::mode::writer, disk, time, random, options);
        log = log::sequenced_log::open(std::move(engine).or_throw(), time, random, bounds, progress)
                  .or_throw();
    }
    log::sequenced_log* operator->() const { return log.get(); }

    void keep_house() {
        time.advance(2s);  // what is in memory is idle
        while (log->index_step().or_throw()) {
        }
    }
};

append_request command(std::string id) {
    return {
        .events = {event("a-1", "made", {"x-1"})},
        .command = key_of(std::move(id)),
        .answer = "first answer",
    };
}

}  // namespace

TEST_CASE("deleting the index loses nothing: it is built again in pieces before the log is open") {
    log::segments::temporary_folder const folder;
    segment_log log{.path = folder.path()};
    log.open();
    auto known = event("b-1", "made", {"x-1"}, std::string(700'000, ' '));
    known.id = id_of(7);
    append_request const with_id{.events = {known}};
    auto const first = log->append(command("c1")).or_throw();
    auto const second = log->append(with_id).or_throw();
    log->append(append_request{.command = key_of("c2"), .answer = "sold out"}).or_throw();
    for (int i = 0; i < 25; ++i)
        log->append({.events = {event("a-1", "moved", {}, std::string(700'000, ' '))}}).or_throw();
    auto const end = log->end().position;
    REQUIRE(log->close());
    for (auto const* const name : {"index.db", "index.db-wal", "index.db-shm"})
        std::filesystem::remove(folder.path() / name);

    std::vector<position> steps;
    log.progress = [&](position done, position of) {
        steps.push_back(done);
        CHECK(of == end);
    };
    log.open();
    CHECK(steps.size() > 1);
    REQUIRE(!steps.empty());
    CHECK(steps.back() == end);
    CHECK(log->statistics().tail_events == 0);
    CHECK(positions(log->read({.what = of_tag("x-1")}).or_throw()) == numbers{1, 2});
    CHECK(log->stream_version("a-1").or_throw() == version{26});
    CHECK(log->append(command("c1")).or_throw().at == first.at);
    CHECK(log->append(append_request{.command = key_of("c2")}).or_throw().answer == "sold out");
    CHECK(log->append(with_id).or_throw().at == second.at);
    CHECK(log->end().position == end);
}

TEST_CASE("answers are kept for seven days, or as long as is set, by time alone") {
    CHECK(segment_options{}.keep_answers >= 24h * 7);
    for (auto const keep : {24h * 7, 1h}) {
        log::segments::temporary_folder const folder;
        segment_log log{.path = folder.path(), .options = {.keep_answers = keep}};
        log.open();
        CHECK_FALSE(log->append(command("c1")).or_throw().repeated);
        for (int i = 0; i < 5000; ++i)
            log->append(command("other" + std::to_string(i)), [](auto const& r) { CHECK(r); });
        while (log->commit_step()) {
        }
        log.time.advance(keep - 10s);
        log.keep_house();
        CHECK(log->append(command("c1")).or_throw().repeated);
        log.time.advance(20s);
        log.keep_house();
        CHECK_FALSE(log->append(command("c1")).or_throw().repeated);
    }
}

TEST_CASE("after housekeeping has stopped the log it is opened again, and nothing was lost") {
    log::segments::faulty_disk disk;
    for (auto const is_queued : {false, true}) {
        CAPTURE(is_queued);
        segment_log log{
            .disk = disk,
            .path = is_queued ? "/queued" : "/log",
            .options = {.segment_bytes = 2 << 20, .indexed = false}
        };
        log.open();
        log->append({.events = {event("a-1", "made")}}).or_throw();
        answers got;
        if (is_queued) log->append({.events = {event("a-1", "made")}}, got.as(0));
        disk.fail_at = disk.calls() + 1;
        auto const kept = log->index_step();
        REQUIRE_FALSE(kept);
        CHECK(kept.error().message.contains("made to fail"));
        CHECK(log->writable());
        if (is_queued) {
            CHECK(log->commit_step());
            CHECK(got.of(0));
        } else {
            CHECK(log->append({.events = {event("a-1", "made")}}));
        }
        CHECK(log->stream_version("a-1").or_throw() == version{2});
        CHECK(log->index_step());
        CHECK(log->verify({}));
    }
}

TEST_CASE("an append that meets a log stopped by housekeeping was not written, and may be repeated"
) {
    log::segments::faulty_disk disk;
    using log::segments::segment_engine;
    hand_clock time;
    counted_random random;
    auto engine = segment_engine::open(
                      "/log", segment_engine::mode::writer, disk, time, random, {.indexed = false}
    )
                      .or_throw();
    auto* const behind = engine.get();
    auto const log = log::sequenced_log::open(std::move(engine), time, random).or_throw();
    log->append({.events = {event("a-1", "made")}}).or_throw();
    disk.fail_at = disk.calls() + 1;
    REQUIRE_FALSE(behind->maintain(time.now()));
    append_request const one{.events = {event("a-1", "made")}};
    CHECK(log->append(one).error().kind == errc::unavailable);
    CHECK(log->append(one).or_throw().first == position{2});
}

TEST_CASE("a log whose recovery has failed, at whatever call, goes on by itself when the disk does"
) {
    for (std::size_t call = 1;; ++call) {
        CAPTURE(call);
        REQUIRE(call < 50);
        log::segments::faulty_disk disk;
        segment_log log{.disk = disk, .path = "/log", .options = {.indexed = false}};
        log.open();
        log->append(command("c1")).or_throw();
        disk.fail_at = disk.calls() + 2;  // the sync of the frame, and whatever follows
        disk.fails_ever_after = true;
        CHECK(log->append(command("c2")).error().kind == errc::outcome_unknown);
        disk.fail_at = disk.calls() + call;
        for (int i = 0; i < 2; ++i) {
            log.time.advance(6s);
            (void)log->index_step();
        }
        if (log->writable()) {
            CHECK(call > 3);
            break;
        }
        CHECK(log->append(command("c3")).error().kind == errc::unavailable);
        CHECK(log->end().position == position{1});
        disk.fail_at = 0;
        disk.fails_ever_after = false;
        log.time.advance(6s);
        CHECK(log->index_step().or_throw());
        CHECK(log->append(command("c1")).or_throw().repeated);
        CHECK(log->append(command("c3")));
        auto const end = log->end().position;
        CHECK(log->verify({}).or_throw().events == end.value);
        log.log.reset();
        disk.crash(log::segments::unsynced::lost);
        log.open();
        CHECK(log->end().position == end);
    }
}

TEST_CASE("a log of which acknowledged events are missing after a failed write stays stopped") {
    log::segments::faulty_disk disk;
    segment_log log{.disk = disk, .path = "/log", .options = {.indexed = false}};
    log.open();
    log->append(command("c1")).or_throw();
    auto const segment = log::segments::folder{"/log"}.segment(position{1});
    auto const one_event = disk.content(segment);
    log->append(command("c2")).or_throw();
    disk.content(segment) = one_event;
    disk.fail_at = disk.calls() + 1;
    CHECK(log->append(command("c3")).error().kind == errc::outcome_unknown);
    for (int i = 0; i < 10; ++i) {
        log.time.advance(6s);
        CHECK_FALSE(log->index_step().or_throw());
    }
    CHECK(log->writable().error().code == "log_damaged");
    CHECK(log->append(command("c3")).error().kind == errc::corrupt);
    CHECK(log->end().position == position{2});
}

}  // namespace diptych::contract
