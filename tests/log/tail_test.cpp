#include "contract/contract_log.hpp"
#include "log/indexed_memory.hpp"

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

std::unique_ptr<log::sequenced_log> reader_of(opened<shared_memory>& writer) {
    auto engine =
        std::make_unique<test::indexed_memory_engine>(writer.fixture.store, writer.fixture.index);
    engine->can_write = fail(errc::unavailable, "another process writes");
    return log::sequenced_log::open(std::move(engine), writer.time, writer.random).or_throw();
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
    CHECK(reader->writable().error().kind == errc::unavailable);
    CHECK(reader->append({.events = {event("a-1", "made")}}).error().kind == errc::unavailable);
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
    CHECK(fact(got.of(1).error(), "position") == "1");
    auto stale = log.append({}, {{"a-1", expected_version::exactly(version{1})}});
    CHECK(fact(stale.error(), "position") == "2");  // named, though it is in the index only
}

}  // namespace diptych::contract
