#include "contract/inline_views.hpp"
#include "log/memory/memory_engine.hpp"
#include "log/point.hpp"
#include "log/watched_memory.hpp"

namespace diptych::contract {

namespace {

using log::memory::store;

struct memory {
    std::shared_ptr<store> kept = std::make_shared<store>(id_of(42));

    std::unique_ptr<log::engine> engine() {
        return std::make_unique<log::memory::memory_engine>(kept);
    }
};

}  // namespace

TEST_CASE("nobody sees an event before it is durable") {
    opened<watched_memory> log;
    log.append({event("a-1", "made", {"x-1"})}).or_throw();
    auto writes = 0;
    log.fixture.on_write = [&] {
        ++writes;
        CHECK(log->end().position == position{1});
        CHECK(positions(log->read({}).or_throw()) == numbers{1});
        CHECK(positions(log->read({.what = of_tag("x-1")}).or_throw()) == numbers{1});
        CHECK(
            positions(
                log->read({.what = of_type("made"), .direction = direction::backward}).or_throw()
            ) == numbers{1}
        );
        CHECK(versions(log->read_stream("a-1").or_throw()) == numbers{1});
        CHECK(
            versions(log->read_stream("a-1", {.from = version{0}, .direction = direction::backward})
                         .or_throw()) == numbers{1}
        );
        CHECK(log->stream_version("a-1").or_throw() == version{1});
        CHECK(log->stream_version("b-1").or_throw() == version{0});
        auto const frames = log->frames(position{1}, 1 << 20).or_throw();
        CHECK(frames.size() == 1);
        CHECK(log->check({.position = position{2}}).error().code == "future_token");
    };
    answers got;
    log->append(
        {.events = {event("a-1", "made", {"x-1"}), event("b-1", "made")}, .command = key_of("c1")},
        got.as(0)
    );
    log->append({.expect = {{"b-1", expected_version::no_stream()}}}, got.as(1));
    log.fixture.on_write = [&, check = log.fixture.on_write] {
        check();
        CHECK(got.count() == 0);  // refusals wait, too: they may rest on what is being written
    };
    CHECK(log->commit_step());
    CHECK(writes == 1);
    CHECK(got.of(0));
    CHECK(got.of(1).error().kind == errc::conflict);
    CHECK(log->end().position == position{3});
}

TEST_CASE("after a failed write everybody in the group is told that the outcome is unknown") {
    for (auto const how : {store::failure::lost, store::failure::kept}) {
        auto const is_kept = how == store::failure::kept;
        CAPTURE(is_kept);
        opened<memory> log;
        log.append({event("a-1", "made")}).or_throw();
        log.fixture.kept->fail_after(0, how);
        auto hints = 0;
        auto const registration = log->on_more([&] { ++hints; });
        answers got;
        log->append(
            {.events = {event("a-1", "made", {}, "1"), event("b-1", "made")},
             .command = key_of("c1")},
            got.as(0)
        );
        log->append({.expect = {{"b-1", expected_version::no_stream()}}}, got.as(1));
        log->append({}, got.as(2));
        CHECK(log->commit_step());
        for (auto const number : {0, 1, 2})
            CHECK(got.of(number).error().kind == errc::outcome_unknown);
        CHECK(log->end().position == position{is_kept ? 3u : 1u});
        CHECK(log->stream_version("b-1").or_throw() == version{is_kept ? 1u : 0u});
        CHECK(hints == 1);
        // Asking again with the same id tells what became of it.
        auto const again =
            log->append({.events = {event("a-1", "made", {}, "1"), event("b-1", "made")},
                         .command = key_of("c1")})
                .or_throw();
        CHECK(again.repeated == is_kept);
        CHECK(again.first == position{2});
        CHECK(
            log.append({event("a-1", "made")}, {{"a-1", expected_version::exactly(version{2})}})
                .or_throw()
                .first == position{4}
        );
        CHECK(log->writable());
        CHECK(log->verify({}));
    }
}

TEST_CASE("after a failed write inline views go back to what is recorded, or fall behind") {
    for (auto const how : {store::failure::lost, store::failure::kept}) {
        opened<memory> log;
        auto const view = attached(log, "v");
        log.append({datum("1")}).or_throw();
        log.fixture.kept->fail_after(0, how);
        CHECK(log.append({datum("2")}).error().kind == errc::outcome_unknown);
        CHECK(view->rows == std::vector<std::string>{"1"});
        auto const next = log.append({datum("2")});
        if (how == store::failure::lost) {
            CHECK(next);
            CHECK(view->committed == std::vector<std::string>{"1", "2"});
        } else {
            CHECK(next.error().code == "view_behind");
            CHECK(log->detached_views() == std::vector<std::string>{"v"});
        }
    }
}

TEST_CASE("a log that can not be reopened after a failed write is read, and goes on when it can be"
) {
    for (auto const how : {store::failure::lost, store::failure::kept}) {
        auto const is_kept = how == store::failure::kept;
        CAPTURE(is_kept);
        opened<memory> log;
        log.append({event("a-1", "made")}).or_throw();
        auto const view = attached(log, "v");
        log.fixture.kept->fail_after(0, how);
        log.fixture.kept->fail_reopen();
        CHECK(log.append({event("a-1", "made")}).error().kind == errc::outcome_unknown);
        CHECK(log->writable().error().code == "log_failed");
        CHECK(log.append({event("a-1", "made")}).error().kind == errc::unavailable);
        CHECK_FALSE(log->index_step().or_throw());  // a pause comes first
        log.time.advance(1s);
        CHECK(log->index_step().error().message.contains("as it was told to"));
        for (int i = 0; i < 20; ++i) {  // which is said once
            CHECK_FALSE(log->index_step().or_throw());
            log.time.advance(1s);
        }
        CHECK(log.append({event("a-1", "made")}).error().kind == errc::unavailable);
        CHECK(log->end().position == position{1});
        CHECK(log->read({}).or_throw().size() == 1);

        log.fixture.kept->fail_reopen(false);
        log.time.advance(5s);
        CHECK(log->index_step().or_throw());
        CHECK(log->writable());
        CHECK(log->end().position == position{is_kept ? 2u : 1u});
        if (is_kept) CHECK(log->detached_views() == std::vector<std::string>{"v"});
        log->detach("v");
        auto const next = log.append({event("a-1", "made")}).or_throw();
        CHECK(next.first == log->end().position);
        CHECK(log->verify({}).or_throw().events == log->end().position.value);
    }
}

TEST_CASE("a failed write among many callers loses nothing that was answered") {
    for (auto const how : {store::failure::lost, store::failure::kept}) {
        opened<memory> log({.block_events_max = 7});
        std::size_t told = 0;
        std::size_t unknown = 0;
        for (int i = 0; i < 40; ++i) {
            if (i % 6 == 5) log.fixture.kept->fail_after(0, how);
            auto const answer = log.append({event("a-" + std::to_string(i % 3), "made")});
            ++(answer ? told : unknown);
            if (!answer) CHECK(answer.error().kind == errc::outcome_unknown);
        }
        CHECK(unknown == 6);
        CHECK(log->end().position.value == told + (how == store::failure::kept ? unknown : 0));
        CHECK(log->verify({}).or_throw().events == log->end().position.value);
    }
}

TEST_CASE("a new epoch goes on where the old one ended, and old tokens keep their meaning") {
    opened<memory> log;
    log.append({event("a-1", "made"), event("a-1", "made")}).or_throw();
    log.log.reset();
    log.fixture.kept->start_epoch();
    log.open();
    auto const at = log.append({event("a-1", "made")}).or_throw().at;
    CHECK(at == token{.epoch = epoch{2}, .position = position{3}});
    CHECK(log->check(at));
    CHECK(log->check({.epoch = epoch{1}, .position = position{2}}));
    CHECK(log->check({.epoch = epoch{2}, .position = position{2}}));
    CHECK(log->check({.epoch = epoch{1}, .position = position{3}}).error().code == "foreign_token");
    CHECK(log->check({.epoch = epoch{2}, .position = position{1}}).error().code == "foreign_token");
    CHECK(log->check({.epoch = epoch{2}, .position = position{4}}).error().code == "future_token");
    auto const all = log->read({}).or_throw();
    CHECK(all[1].epoch == epoch{1});
    CHECK(all[2].epoch == epoch{2});
    for (auto const& event : all)
        CHECK(
            log::token_at(event.position, *log.log).or_throw() == token{event.epoch, event.position}
        );
    CHECK(
        log::token_at(position{}, *log.log).or_throw() == token{.epoch = epoch{2}, .position = {}}
    );
    CHECK(log::token_at(position{4}, *log.log).error().code == "no_such_position");
    CHECK(
        log->read({.limit = 2}).or_throw().seen() ==
        token{.epoch = epoch{1}, .position = position{2}}
    );
}

TEST_CASE("verify names the first position that does not fit") {
    opened<memory> log;
    log.append({event("a-1", "made")}).or_throw();
    log.append({event("a-1", "made"), event("a-1", "made", {}, R"({"x":1})")}).or_throw();
    log->append(append_request{.command = key_of("c1"), .answer = "sold out"}).or_throw();
    log.append({event("a-1", "made")}).or_throw();
    position done;
    CHECK(log->verify([&](position now, position) { done = now; }));
    CHECK(done == position{4});
    log.fixture.kept->damage(position{3}, 1);
    auto const damaged = log->verify({});
    REQUIRE(!damaged);
    CHECK(damaged.error().kind == errc::corrupt);
    CHECK(fact(damaged.error(), "position") == "3");
}

}  // namespace diptych::contract
