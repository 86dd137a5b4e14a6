#include "contract/contract_log.hpp"
#include "log/indexed_memory.hpp"

#include <atomic>
#include <map>
#include <thread>

namespace diptych::contract {

namespace {

struct shared_memory {
    std::shared_ptr<log::memory::store> store = std::make_shared<log::memory::store>(id_of(42));
    std::shared_ptr<test::block_index> index = std::make_shared<test::block_index>();

    std::unique_ptr<log::engine> engine() {
        return std::make_unique<test::indexed_memory_engine>(store, index);
    }
};

std::unique_ptr<log::sequenced_log> reader_of(
    opened<shared_memory>& writer, log::limits const& bounds = {}
) {
    auto engine =
        std::make_unique<test::indexed_memory_engine>(writer.fixture.store, writer.fixture.index);
    engine->can_write = fail(errc::denied, "another process writes");
    return log::sequenced_log::open(std::move(engine), writer.time, writer.random, bounds)
        .or_throw();
}

void add(opened<shared_memory>& log, int count) {
    for (int i = 0; i < count; ++i) log.append({event("a-1", "made", {"x-1"})}).or_throw();
}

}  // namespace

TEST_CASE("old blocks go into the index and out of memory, whole ones at once, small ones when idle"
) {
    opened<shared_memory> log({.block_events_max = 4});
    add(log, 6);
    CHECK(log->statistics().tail_events == 6);
    CHECK(log->statistics().index_lag == 6);
    CHECK_FALSE(log->index_step().or_throw());
    CHECK(log->statistics().tail_events == 2);
    CHECK(log->statistics().index_lag == 2);
    CHECK_FALSE(log->index_step().or_throw());
    CHECK(log->statistics().tail_events == 2);
    log.time.advance(2s);
    CHECK_FALSE(log->index_step().or_throw());
    CHECK(log->statistics().tail_events == 0);
    CHECK(log.fixture.index->merged == 6);
    CHECK(positions(log->read({.what = of_tag("x-1")}).or_throw()) == numbers{1, 2, 3, 4, 5, 6});
}

TEST_CASE("an index step says when there is more to do") {
    opened<shared_memory> log({.block_events_max = 1});
    add(log, 4);
    for (auto const more : {true, true, true, false}) CHECK(log->index_step().or_throw() == more);
    CHECK(log.fixture.index->merged == 4);
}

TEST_CASE("a page keeps its events when their block has gone") {
    opened<shared_memory> log({.block_events_max = 2});
    add(log, 4);
    auto const page = log->read({}).or_throw();
    log.time.advance(2s);
    while (log->index_step().or_throw()) {
    }
    CHECK(log->statistics().tail_events == 0);
    for (auto const& one : page) CHECK(one.carries("x-1"));
}

TEST_CASE("a tail over its bound makes commits wait until the index has caught up") {
    opened<shared_memory> log({.queue_max = 3, .tail_events_max = 5});
    add(log, 5);
    answers got;
    for (int i = 0; i < 4; ++i) log->append({.events = {event("a-1", "made")}}, got.as(i));
    CHECK_FALSE(log->commit_step());
    REQUIRE(got.count() == 1);
    CHECK(got.of(3).error().code == "queue_full");
    auto woken = 0;
    log->on_work([&] { ++woken; });
    CHECK(log->index_step());
    CHECK(woken > 0);
    CHECK(log->commit_step());
    CHECK(got.of(0));
    CHECK(got.count() == 4);
}

TEST_CASE("a caller blocked by a long tail goes on after the index step") {
    opened<shared_memory> log({.tail_events_max = 2});
    add(log, 2);
    log->on_work([] {});  // somebody else sees to the index
    std::jthread const caller([&] { add(log, 1); });
    while (log->statistics().queued == 0) std::this_thread::yield();
    CHECK(log->end().position == position{2});
    while (log->end().position < position{3}) CHECK(log->index_step());
}

TEST_CASE("opening brings the index up to the end and says how far it is") {
    opened<shared_memory> log;
    add(log, 5);
    log->append(append_request{.command = key_of("c1"), .answer = "no"}).or_throw();
    log.log.reset();
    position told;
    log.log = log::sequenced_log::open(
                  log.fixture.engine(),
                  log.time,
                  log.random,
                  {},
                  [&](position done, position end) {
                      told = done;
                      CHECK(end == position{5});
                  }
    ).or_throw();
    CHECK(told == position{5});
    CHECK(log->statistics().tail_events == 0);
    CHECK(log->append(append_request{.command = key_of("c1")}).or_throw().answer == "no");
}

TEST_CASE("closing brings the index up to the end") {
    opened<shared_memory> log;
    add(log, 5);
    CHECK(log->close());
    CHECK(log.fixture.index->merged == 5);
}

TEST_CASE("a reader beside the writer follows when it looks") {
    opened<shared_memory> log({.block_events_max = 4});
    add(log, 3);
    auto const reader = reader_of(log);
    CHECK(reader->end().position == position{3});
    CHECK(reader->writable().error().kind == errc::denied);
    CHECK(reader->append({.events = {event("a-1", "made")}}).error().kind == errc::denied);
    auto hints = 0;
    auto const registration = reader->on_more([&] { ++hints; });
    CHECK_FALSE(reader->refresh().or_throw());
    add(log, 7);
    CHECK(reader->end().position == position{3});
    CHECK(reader->refresh().or_throw());
    CHECK(hints == 1);
    CHECK(reader->end() == log->end());
    CHECK(reader->read({.what = of_tag("x-1")}).or_throw().size() == 10);
    CHECK(reader->stream_version("a-1").or_throw() == version{10});
    // The writer's index moves on; the reader still sees everything, with less in memory.
    log.time.advance(2s);
    while (log->index_step().or_throw()) {
    }
    CHECK(reader->read({}).or_throw().size() == 10);
    add(log, 1);
    CHECK(reader->refresh().or_throw());
    CHECK(reader->read({}).or_throw().size() == 11);
    CHECK_FALSE(reader->index_step().or_throw());
    CHECK(reader->verify({}));
}

TEST_CASE("a reader keeps in memory what the index lacks, were it one event of a block") {
    opened<shared_memory> log({.block_events_max = 4});
    add(log, 7);
    auto const reader = reader_of(log, {.block_events_max = 5});
    add(log, 2);
    CHECK(reader->refresh().or_throw());
    CHECK(log->index_step());
    REQUIRE(log.fixture.index->merged == 4);
    add(log, 1);
    CHECK(reader->refresh().or_throw());
    CHECK(reader->statistics().tail_events == 10);
    CHECK(positions(reader->read({}).or_throw()) == numbers{1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
}

TEST_CASE("deciding again with more than memory holds is left to the caller") {
    opened<shared_memory> log({.block_events_max = 2});
    add(log, 4);
    CHECK(log->index_step());
    answers got;
    auto again = [](log::stage const& now) -> result<std::optional<append_request>> {
        CHECK(!now.since(of_tag("x-1"), position{1}, 100));
        CHECK(now.since(of_tag("x-1"), position{2}, 100)->size() == 2);
        return std::nullopt;
    };
    log->propose({.again = again, .decide_first = true, .done = got.as(0)});
    CHECK(log->commit_step());
    CHECK(got.of(0).error().code == "cold");
    // A condition that reaches further back than memory is judged all the same.
    auto far_back = [](log::stage const&) -> result<std::optional<append_request>> {
        return append_request{.unless = unless(of_tag("x-1"))};
    };
    log->propose({.again = far_back, .decide_first = true, .done = got.as(1)});
    CHECK(log->commit_step());
    CHECK(fact(got.of(1).error(), "event").starts_with(R"({"position":1,)"));
    auto stale = log.append({}, {{"a-1", expected_version::exactly(version{1})}});
    // Named, though it is in the index only.
    CHECK(fact(stale.error(), "event").starts_with(R"({"position":2,)"));
}

TEST_CASE("a repetition is known again, though the first went out of memory while it waited") {
    opened<shared_memory> log({.group_max = 1, .block_events_max = 1});
    for (auto const has_command : {true, false}) {
        CAPTURE(has_command);
        auto const before = log->end().position;
        append_request request;
        if (has_command) request.command = key_of("c1");
        request.events = {event("a-1", "made")};
        if (!has_command) request.events[0].id = id_of(7);
        answers got;
        log->append(request, got.as(0));
        log->append(request, got.as(1));
        CHECK(log->commit_step());
        while (log->index_step().or_throw()) {
        }
        CHECK(log->statistics().tail_events == 0);
        CHECK(log->commit_step());
        CHECK_FALSE(got.of(0)->repeated);
        CHECK(got.of(1)->repeated);
        CHECK(log->end().position == before + 1);
    }
}

TEST_CASE("what went into the index while a caller looked ahead is left to the commit step") {
    opened<shared_memory> log({.block_events_max = 1});
    add(log, 1);
    CHECK(log->index_step());
    for (auto const has_command : {true, false}) {
        CAPTURE(has_command);
        auto const before = log->end().position;
        append_request request;
        if (has_command) request.command = key_of("c1");
        request.events = {event("a-1", "made")};
        if (!has_command) request.events[0].id = id_of(7);
        log.fixture.index->before_opening = [&] {
            CHECK_FALSE(log->append(request).or_throw().repeated);
            while (log->index_step().or_throw()) {
            }
        };
        auto const again = log->append(request).or_throw();
        CHECK(again.repeated);
        CHECK(again.first == before + 1);
        CHECK(again.count == 1);
        CHECK(log->end().position == before + 1);
    }
}

TEST_CASE("an append to many streams outlasts the forgetting of heads between its own events") {
    opened<shared_memory> log({.heads_max = 2});
    auto const look_at = [&](std::string const& prefix, std::size_t count) {
        std::map<std::string, expected_version> expect;
        for (std::size_t i = 0; i < count; ++i)
            expect.emplace(prefix + std::to_string(i), expected_version::no_stream());
        log.append({}, std::move(expect)).or_throw();
    };
    // The head of a-1 is among the oldest that are kept, and there is room for no new one.
    log.append({event("a-1", "made")}).or_throw();
    look_at("b-", append_events_max);
    look_at("c-", append_events_max - 1);
    auto const both = log.append({event("a-1", "made"), event("d-1", "made")}).or_throw();
    CHECK(both.versions.at("a-1") == version{2});
    CHECK(both.versions.at("d-1") == version{1});
}

TEST_CASE("a log whose last frames can not be read is not opened as a shorter one") {
    opened<shared_memory> log;
    add(log, 2);
    auto engine =
        std::make_unique<test::indexed_memory_engine>(log.fixture.store, log.fixture.index);
    engine->can_write = fail(errc::denied, "another process writes");
    engine->loses_frames = true;
    auto const opened = log::sequenced_log::open(std::move(engine), log.time, log.random);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().kind == errc::corrupt);
}

TEST_CASE("while the index can not take what is too much for memory, appends are unavailable") {
    opened<shared_memory> log({.tail_events_max = 2});
    add(log, 2);
    log.fixture.index->can_merge = fail(errc::unavailable, "disk_full", "no space left");
    answers got;
    log->append({.events = {event("a-1", "made")}}, got.as(0));
    CHECK_FALSE(log->commit_step());
    CHECK(got.count() == 0);
    CHECK(log->index_step().error().code == "disk_full");
    REQUIRE(got.count() == 1);
    CHECK(got.of(0).error().kind == errc::unavailable);
    CHECK(got.of(0).error().code == "index_behind");
    log->append({.events = {event("a-1", "made")}}, got.as(1));
    REQUIRE(got.count() == 2);
    CHECK(got.of(1).error().code == "index_behind");
    CHECK(log->statistics().unavailable == 2);
    log.fixture.index->can_merge = {};
    CHECK(log->index_step());
    add(log, 1);
    CHECK(log->end().position == position{3});
}

TEST_CASE(
    "appends wait for an index that takes what is too much for memory, whatever else it can not"
) {
    opened<shared_memory> log({.tail_events_max = 4, .block_events_max = 2});
    add(log, 2);
    log->append({.events = std::vector(4, event("b-1", "made"))}).or_throw();
    log.fixture.index->can_maintain = fail(errc::failed, "it can not be built again");
    answers got;
    log->append({.events = {event("a-1", "made")}}, got.as(0));
    CHECK_FALSE(log->commit_step());
    CHECK_FALSE(log->index_step());
    CHECK(log->statistics().tail_events == 4);  // it is still too much
    CHECK_FALSE(log->commit_step());
    CHECK_FALSE(log->index_step());
    CHECK(log->commit_step());
    REQUIRE(got.count() == 1);
    CHECK(got.of(0));
}

TEST_CASE("without a runtime a blocked caller makes room in the tail himself") {
    opened<shared_memory> log({.tail_events_max = 2});
    add(log, 7);
    CHECK(log->end().position == position{7});
    CHECK(log->statistics().tail_events <= 2);
    log.fixture.index->can_merge = fail(errc::unavailable, "disk_full", "no space left");
    while (log->statistics().tail_events < 2) add(log, 1);
    CHECK(log.append({event("a-1", "made")}).error().code == "index_behind");
}

TEST_CASE("who is no longer to be called for work is not being called any more") {
    opened<shared_memory> log;
    std::atomic<bool> is_called = false;
    std::atomic<bool> is_removing = false;
    log->on_work([&] {
        is_called = true;
        is_called.notify_one();
        is_removing.wait(false);
        for (int i = 0; i < 1000; ++i) std::this_thread::yield();
        is_called = false;
    });
    answers got;
    std::jthread const caller([&] { log->append({.events = {event("a-1", "made")}}, got.as(0)); });
    is_called.wait(false);
    is_removing = true;
    is_removing.notify_one();
    log->on_work({});
    CHECK_FALSE(is_called);
}

TEST_CASE("on a full disk the index may wait, but what else is wrong is told") {
    auto const full = fail(errc::unavailable, "disk_full", "no room");
    for (auto const* const what : {"full", "corrupt", "too many", "too long"}) {
        CAPTURE(what);
        auto const is_full = std::string_view(what) == "full";
        opened<shared_memory> log;
        add(log, 5);
        auto& index = *log.fixture.index;
        index.has_room = full;
        index.can_merge = full;
        if (std::string_view(what) == "corrupt") index.can_merge = fail(errc::corrupt, "broken");
        if (std::string_view(what) == "too many") log.bounds.tail_events_max = 4;
        if (std::string_view(what) == "too long") log.bounds.tail_bytes_max = 100;
        log.log.reset();
        auto again =
            log::sequenced_log::open(log.fixture.engine(), log.time, log.random, log.bounds);
        CHECK(again.has_value() == is_full);
        if (is_full) CHECK((*again)->read({}).or_throw().size() == 5);
        if (is_full) CHECK((*again)->close());
    }
    opened<shared_memory> log;
    add(log, 5);
    log.fixture.index->has_room = full;
    log.fixture.index->can_merge = fail(errc::corrupt, "broken");
    CHECK(log->close().error().kind == errc::corrupt);
}

}  // namespace diptych::contract
