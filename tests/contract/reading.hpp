/// @file
/// Contract: reading and following.
#pragma once

#include "contract/contract_log.hpp"

#include <algorithm>

namespace diptych::contract {

/// 1..30: streams a-0, b-1, c-2 in turn, types t0..t3 in turn, every fifth also carries x-1.
template <class Log>
void fill(Log& log, int count = 30) {
    for (int i = 0; i < count; ++i) {
        auto const kind = static_cast<char>('a' + i % 3);
        auto one =
            event(std::string(1, kind) + "-" + std::to_string(i % 3), "t" + std::to_string(i % 4));
        if (i % 5 == 0) one.tags = {"x-1"};
        log.append({one}).or_throw();
        log.time.advance(1ms);
    }
}

TEST_CASE_TEMPLATE_DEFINE("the whole log is read page by page, both ways", Fixture, paging) {
    opened<Fixture> log;
    fill(log);
    for (auto const way : {direction::forward, direction::backward}) {
        numbers all;
        position after{};
        for (auto at_end = false; !at_end;) {
            auto const page = log->read({.after = after, .limit = 7, .direction = way}).or_throw();
            for (auto const one : positions(page)) all.push_back(one);
            at_end = page.at_end();
            if (way == direction::backward) {
                CHECK(page.seen().position == position{30});
                if (!page.empty()) after = page[page.size() - 1].position;
                at_end = at_end || after == position{1};
            } else {
                after = page.seen().position;
            }
        }
        if (way == direction::backward) std::ranges::reverse(all);
        numbers expected;
        for (std::uint64_t i = 1; i <= 30; ++i) expected.push_back(i);
        CHECK(all == expected);
    }
    CHECK(log->read({.limit = 30}).or_throw().at_end());
    CHECK(log->read({.after = position{30}}).or_throw().seen().position == position{30});
}

TEST_CASE_TEMPLATE_DEFINE(
    "queries find types, ids and categories, in order of position", Fixture, queries
) {
    opened<Fixture> log;
    fill(log);
    auto const find = [&](query what, direction way = direction::forward) {
        return positions(log->read({.what = std::move(what), .direction = way}).or_throw());
    };
    CHECK(find(of_tag("x-1")) == numbers{1, 6, 11, 16, 21, 26});
    CHECK(find(of_type("t3")) == numbers{4, 8, 12, 16, 20, 24, 28});
    CHECK(find(of_tag("b-1"), direction::backward) == numbers{29, 26, 23, 20, 17, 14, 11, 8, 5, 2});
    CHECK(find({.items = {{.types = {"t0", "t1"}, .tags = {"x-1"}}}}) == numbers{1, 6, 21, 26});
    CHECK(find({.items = {{.tags = {"x-1", "c-2"}}}}) == numbers{6, 21});
    CHECK(
        find({.items = {{.types = {"t3"}}, {.tags = {"x-1"}}}}) ==
        numbers{1, 4, 6, 8, 11, 12, 16, 20, 21, 24, 26, 28}
    );
    CHECK(
        find({.category = "c"}, direction::backward) == numbers{30, 27, 24, 21, 18, 15, 12, 9, 6, 3}
    );
    CHECK(find({.items = {{.types = {"t0"}}}, .category = "a"}) == numbers{1, 13, 25});
    CHECK(find(of_tag("nowhere")).empty());
    CHECK(find({.items = {{.types = {"t0", "nowhere"}, .tags = {"nowhere", "x-1"}}}}).empty());
}

TEST_CASE_TEMPLATE_DEFINE(
    "a category is what stands before the first dash of the home", Fixture, categories
) {
    opened<Fixture> log;
    log.append({event("a-1", "made", {"b-1"}), event("a-b-1", "made"), event("a", "made")})
        .or_throw();
    log.append({event("b-a-1", "made"), event("-a", "made"), event("ab-1", "made")}).or_throw();
    auto const find = [&](std::string name) {
        return positions(log->read({.what = {.category = std::move(name)}}).or_throw());
    };
    for (auto const in_index : {false, true}) {
        CAPTURE(in_index);
        if (in_index) log.crash_and_open();
        CHECK(find("a") == numbers{1, 2, 3});
        CHECK(find("b") == numbers{4});
        CHECK(find("a-b").empty());
    }
}

TEST_CASE_TEMPLATE_DEFINE(
    "a filtered reader advances even when nothing matches", Fixture, advances
) {
    opened<Fixture> log;
    fill(log);
    auto const none = log->read({.what = of_tag("nowhere"), .after = position{3}}).or_throw();
    CHECK(none.empty());
    CHECK(none.at_end());
    CHECK(none.seen() == log->end());
    auto const some =
        log->read({.what = of_tag("x-1"), .after = position{3}, .limit = 2}).or_throw();
    CHECK(positions(some) == numbers{6, 11});
    CHECK_FALSE(some.at_end());
    CHECK(some.seen().position == position{11});
}

TEST_CASE_TEMPLATE_DEFINE("a stream is read by version, both ways", Fixture, streams) {
    opened<Fixture> log;
    fill(log);
    auto const read = [&](stream_options const& how) {
        return versions(log->read_stream("b-1", how).or_throw());
    };
    CHECK(read({}) == numbers{1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
    CHECK(read({.from = version{4}, .limit = 3}) == numbers{4, 5, 6});
    CHECK(read({.from = version{11}}).empty());
    CHECK(
        read({.from = version{0}, .limit = 2, .direction = direction::backward}) == numbers{10, 9}
    );
    CHECK(read({.from = version{4}, .direction = direction::backward}) == numbers{4, 3, 2, 1});
    CHECK(read({.from = version{99}, .limit = 1, .direction = direction::backward}) == numbers{10});
    CHECK(log->read_stream("nobody-1").or_throw().empty());
    auto const first = log->read_stream("b-1", {.limit = 3}).or_throw();
    CHECK(first.seen().position == position{8});
    CHECK_FALSE(first.at_end());
    CHECK(log->read_stream("b-1").or_throw().seen() == log->end());
}

TEST_CASE_TEMPLATE_DEFINE("everything can be read as of a position or a time", Fixture, as_of) {
    opened<Fixture> log;
    auto const start = log.time.now();
    fill(log);
    CHECK(
        positions(log->read({.what = of_tag("x-1"), .up_to = position{11}}).or_throw()) ==
        numbers{1, 6, 11}
    );
    CHECK(log->read({.up_to = position{11}}).or_throw().seen().position == position{11});
    CHECK(
        positions(log->read({.up_to = position{3}, .direction = direction::backward}).or_throw()) ==
        numbers{3, 2, 1}
    );
    CHECK(versions(log->read_stream("b-1", {.up_to = position{8}}).or_throw()) == numbers{1, 2, 3});
    CHECK(
        versions(log->read_stream(
                        "b-1",
                        {.from = version{0}, .up_to = position{8}, .direction = direction::backward}
        )
                     .or_throw()) == numbers{3, 2, 1}
    );
    CHECK(log->read({.up_to = position{99}}).or_throw().size() == 30);
    CHECK(log->position_at(start - 1us).or_throw() == position{0});
    CHECK(log->position_at(start).or_throw() == position{1});
    CHECK(log->position_at(start + 4500us).or_throw() == position{5});
    CHECK(log->position_at(start + 1h).or_throw() == position{30});
}

TEST_CASE_TEMPLATE_DEFINE(
    "the engine's own types are shown only to who asks", Fixture, engine_types
) {
    opened<Fixture> log;
    log.append({event("a-1", "made"),
                event("a-1", "$timer", {"b-1"}),
                event("a-1", "$other"),
                event("a-1", "moved")})
        .or_throw();
    auto const find = [&](query what) {
        return positions(log->read({.what = std::move(what)}).or_throw());
    };
    CHECK(find({}) == numbers{1, 4});
    CHECK(find({.engine_events = true}) == numbers{1, 2, 3, 4});
    CHECK(find(of_tag("a-1")) == numbers{1, 4});
    CHECK(find(of_type("$timer")) == numbers{2});
    CHECK(find({.items = {{.types = {"$timer", "moved"}, .tags = {"a-1"}}}}) == numbers{2, 4});
    CHECK(find({.category = "a"}) == numbers{1, 4});
    CHECK(
        positions(log->read({.limit = 1, .direction = direction::backward}).or_throw()) ==
        numbers{4}
    );
    CHECK(versions(log->read_stream("a-1").or_throw()) == numbers{1, 4});
    CHECK(versions(log->read_stream("a-1", {.limit = 2}).or_throw()) == numbers{1, 4});
    CHECK(
        versions(log->read_stream("a-1", {.engine_events = true}).or_throw()) == numbers{1, 2, 3, 4}
    );
    CHECK(log->stream_version("a-1").or_throw() == version{4});
}

TEST_CASE_TEMPLATE_DEFINE("a page has between 1 and 10,000 events", Fixture, limits_of_pages) {
    opened<Fixture> log;
    for (auto const limit : {std::size_t{0}, std::size_t{10'001}}) {
        CHECK(log->read({.limit = limit}).error().kind == errc::invalid);
        CHECK(log->read_stream("a-1", {.limit = limit}).error().kind == errc::invalid);
    }
    CHECK(log->read({.limit = 1}));
    CHECK(log->read({.limit = 10'000}));
}

TEST_CASE_TEMPLATE_DEFINE(
    "events outlive their page through its memory", Fixture, memory_of_pages
) {
    opened<Fixture> log;
    fill(log);
    std::vector<std::shared_ptr<void const>> kept;
    recorded_event last;
    {
        auto const page = log->read({}).or_throw();
        kept.assign(page.memory().begin(), page.memory().end());
        last = page[29];
    }
    log.log.reset();
    CHECK(last.stream == "c-2");
}

TEST_CASE_TEMPLATE_DEFINE("a hint tells followers of more, until they unregister", Fixture, hints) {
    opened<Fixture> log;
    auto hints = 0;
    auto registration = log->on_more([&] { ++hints; });
    log.append({event("a-1", "made")}).or_throw();
    CHECK(hints == 1);
    CHECK(!log.append({event("a-1", "made")}, {{"a-1", expected_version::no_stream()}}));
    CHECK(hints == 1);
    registration.reset();
    log.append({event("a-1", "made")}).or_throw();
    CHECK(hints == 1);
    auto outlives = log->on_more([] {});
    log.log.reset();
}

TEST_CASE_TEMPLATE_DEFINE(
    "frames begin with the one that holds what is asked for, however many answers stand before it",
    Fixture,
    frames_behind_answers
) {
    opened<Fixture> log;
    for (auto const* const id : {"c1", "c2", "c3"})
        log->append(append_request{.command = key_of(id)}).or_throw();
    log.append({event("a-1", "made")}).or_throw();
    for (auto const merged : {false, true}) {
        CAPTURE(merged);
        if (merged) log.crash_and_open();
        auto const some = log->frames(position{1}, 1).or_throw();
        REQUIRE(some.size() == 1);
        CHECK(some.front()->event_count == 1);
    }
}

TEST_CASE_TEMPLATE_DEFINE(
    "whole frames are given to projectors, with the chain at their end", Fixture, frames
) {
    opened<Fixture> log;
    CHECK(log->frames(position{1}, 1 << 20).or_throw().empty());
    log.append({event("a-1", "made"), event("a-1", "made")}).or_throw();
    log->append(append_request{.command = key_of("c1")}).or_throw();
    log.append({event("a-1", "made")}).or_throw();
    for (auto const merged : {false, true}) {
        CAPTURE(merged);
        if (merged) log.crash_and_open();
        position next{1};
        while (next <= log->end().position) {
            auto const some = log->frames(next, 1).or_throw();
            REQUIRE(!some.empty());
            for (auto const& one : some) {
                if (one->event_count == 0) continue;
                CHECK(one->first <= next);
                CHECK(one->last() >= next);
                next = one->last() + 1;
                CHECK(log->chain_at(one->last()).or_throw() == one->chain);
            }
        }
        CHECK(log->frames(next, 1).or_throw().empty());
        CHECK(log->frames(position{2}, 1 << 20).or_throw().front()->first == position{1});
    }
    CHECK(log->chain_at(position{}).or_throw() == log::hash256{});
    CHECK(log->chain_at(position{1}).or_throw() != log->chain_at(position{2}).or_throw());
    CHECK(log->chain_at(position{4}).error().kind == errc::invalid);
    auto const verified = log->verify({}).or_throw();
    CHECK(verified.events == 3);
    CHECK(verified.frames == 3);
    CHECK(verified.end == log->end());
    CHECK(verified.chain == log->durable_end().chain);
}

TEST_CASE_TEMPLATE_DEFINE("stored states are given back, the newest one", Fixture, stored_states) {
    opened<Fixture> log;
    CHECK(!log->load_state("stock").or_throw());
    CHECK(log->save_state("stock", "1"));
    CHECK(log->save_state("stock", "22"));
    CHECK(log->load_state("stock").or_throw() == "22");
}

#define DIPTYCH_READING_CONTRACT(...)                              \
    TEST_CASE_TEMPLATE_INVOKE(paging, __VA_ARGS__);                \
    TEST_CASE_TEMPLATE_INVOKE(queries, __VA_ARGS__);               \
    TEST_CASE_TEMPLATE_INVOKE(categories, __VA_ARGS__);            \
    TEST_CASE_TEMPLATE_INVOKE(advances, __VA_ARGS__);              \
    TEST_CASE_TEMPLATE_INVOKE(streams, __VA_ARGS__);               \
    TEST_CASE_TEMPLATE_INVOKE(as_of, __VA_ARGS__);                 \
    TEST_CASE_TEMPLATE_INVOKE(engine_types, __VA_ARGS__);          \
    TEST_CASE_TEMPLATE_INVOKE(limits_of_pages, __VA_ARGS__);       \
    TEST_CASE_TEMPLATE_INVOKE(memory_of_pages, __VA_ARGS__);       \
    TEST_CASE_TEMPLATE_INVOKE(hints, __VA_ARGS__);                 \
    TEST_CASE_TEMPLATE_INVOKE(frames_behind_answers, __VA_ARGS__); \
    TEST_CASE_TEMPLATE_INVOKE(frames, __VA_ARGS__);                \
    TEST_CASE_TEMPLATE_INVOKE(stored_states, __VA_ARGS__)

}  // namespace diptych::contract
