/// @file
/// Contract: the commit step, its queue, and deciding again inside it.
#pragma once

#include "contract/contract_log.hpp"

#include <memory>
#include <stdexcept>

namespace diptych::contract {

/// A proposal to add one event to `stream` that is decided again if it has moved on.
inline log::proposal counting(std::string const& stream, std::vector<std::size_t>* seen = nullptr) {
    auto const added = [stream](version at) {
        return append_request{
            .events = {event(stream, "added")}, .expect = {{stream, expected_version::exactly(at)}}
        };
    };
    return {
        .request = added(version{0}),
        .again = [=](log::stage const& now) -> result<std::optional<append_request>> {
            auto const before = now.since(of_tag(stream), position{}, 1000);
            if (!before) return std::nullopt;
            if (seen != nullptr) seen->push_back(before->size());
            return added(version{before->size()});
        },
        .done = {},
    };
}

TEST_CASE_TEMPLATE_DEFINE(
    "deciding again sees what was staged before in the same group", Fixture, redecides
) {
    opened<Fixture> log;
    answers got;
    std::vector<std::size_t> seen;
    for (int i = 0; i < 4; ++i) {
        auto one = counting("a-1", &seen);
        one.done = got.as(i);
        log->propose(std::move(one));
    }
    CHECK(log->commit_step());
    CHECK_FALSE(log->commit_step());
    for (int i = 0; i < 4; ++i)
        CHECK(got.of(i)->versions.at("a-1").value == static_cast<std::uint64_t>(i) + 1);
    CHECK(seen == std::vector<std::size_t>{1, 2, 3});
    CHECK(log->statistics().groups == 1);
    CHECK(log->statistics().redecided == 3);
}

TEST_CASE_TEMPLATE_DEFINE(
    "what a callback holds is let go when it has been called", Fixture, lets_go
) {
    opened<Fixture> log;
    auto const mine = std::make_shared<int>(1);
    auto one = counting("a-1");
    one.done = [mine](result<appended> const&) {};
    one.again = [mine, again = std::move(one.again)](log::stage const& now) mutable {
        return again(now);
    };
    log->propose(std::move(one));
    CHECK(mine.use_count() == 3);
    CHECK(log->commit_step());
    CHECK(mine.use_count() == 1);
}

TEST_CASE_TEMPLATE_DEFINE(
    "deciding again is told where the log ends and what a query finds", Fixture, stage_view
) {
    opened<Fixture> log;
    log.append({event("a-1", "made", {"x-1"}), event("b-1", "made")}).or_throw();
    answers got;
    log->append({.events = {event("c-1", "made", {"x-1"})}}, got.as(0));
    auto again = [](log::stage const& now) -> result<std::optional<append_request>> {
        CHECK(now.end().position == position{3});
        CHECK(now.since(of_tag("x-1"), position{0}, 2)->size() == 2);
        CHECK(now.since(of_tag("x-1"), position{1}, 2)->front().stream == "c-1");
        CHECK(!now.since(of_tag("x-1"), position{0}, 1));
        CHECK(now.since({}, position{1}, 9)->size() == 2);
        CHECK(now.since({}, position{3}, 9)->empty());
        return append_request{.events = {event("d-1", "made")}, .unless = unless({}, now.end())};
    };
    log->propose({.again = again, .decide_first = true, .done = got.as(1)});
    CHECK(log->commit_step());
    CHECK(got.of(1)->first == position{4});
}

TEST_CASE_TEMPLATE_DEFINE(
    "pessimistic proposals are decided in the commit step only", Fixture, pessimistic
) {
    opened<Fixture> log;
    std::vector<std::size_t> seen;
    auto one = counting("a-1", &seen);
    one.request = {};
    one.decide_first = true;
    CHECK(log->propose_and_wait(std::move(one)).or_throw().first == position{1});
    CHECK(seen == std::vector<std::size_t>{0});
}

TEST_CASE_TEMPLATE_DEFINE(
    "what is decided again is judged, checked and answered as anything else",
    Fixture,
    redecided_judged
) {
    opened<Fixture> log;
    log.append({event("a-1", "made")}).or_throw();
    auto const outcome = [&](log::redecide again) {
        return log->propose_and_wait({
            .request =
                {.events = {event("a-1", "x")}, .expect = {{"a-1", expected_version::no_stream()}}},
            .again = std::move(again),
            .done = {},
        });
    };
    using decided = result<std::optional<append_request>>;
    CHECK(outcome([](auto&) -> decided { return std::nullopt; }).error().code == "cold");
    CHECK(
        outcome([](auto&) -> decided { return fail(errc::refused, "sold_out", "no"); })
            .error()
            .code == "sold_out"
    );
    CHECK(
        outcome([](auto&) -> decided { throw std::runtime_error("a defect"); }).error().kind ==
        errc::failed
    );
    CHECK(outcome([](auto&) -> decided { throw 42; }).error().kind == errc::failed);
    CHECK(
        outcome([](auto&) -> decided { return append_request{.events = {event("", "x")}}; })
            .error()
            .kind == errc::invalid
    );
    auto const ahead = token{.position = position{9}};
    CHECK(
        outcome([=](auto&) -> decided { return append_request{.unless = unless({}, ahead)}; })
            .error()
            .code == "future_token"
    );
    CHECK(
        outcome([](auto&) -> decided {
            return append_request{.expect = {{"a-1", expected_version::no_stream()}}};
        })
            .error()
            .code == "stream_version"
    );
    auto const nothing = outcome([](auto&) -> decided { return append_request{}; });
    CHECK(nothing->count == 0);
    CHECK(log->end().position == position{1});
    auto const large = outcome([](auto&) -> decided {
        return append_request{
            .events = std::vector(300, event("b-1", "x", {}, std::string(1000, 'x')))
        };
    });
    CHECK(large->count == 300);
    CHECK(log->verify({}));
}

TEST_CASE_TEMPLATE_DEFINE(
    "an answer decided again is recorded under the command's id", Fixture, redecided_command
) {
    opened<Fixture> log;
    log.append({event("a-1", "made")}).or_throw();
    auto const send = [&] {
        auto one = counting("a-1");
        one.request.command = key_of("c1");
        return log->propose_and_wait(std::move(one));
    };
    auto const first = send().or_throw();
    CHECK_FALSE(first.repeated);
    CHECK(send()->repeated);
    CHECK(send()->at == first.at);
    CHECK(log->end().position == position{2});
}

TEST_CASE_TEMPLATE_DEFINE(
    "what is decided again may be a repetition, by its event ids or its command", Fixture, repeats
) {
    opened<Fixture> log;
    auto known = event("a-1", "made");
    known.id = id_of(1);
    append_request const by_id{.events = {known}};
    append_request const by_command{.events = {event("a-1", "made")}, .command = key_of("c1")};
    log->append(by_id).or_throw();
    log->append(by_command).or_throw();
    for (auto const& first : {by_id, by_command}) {
        auto const answer = log->propose_and_wait({
            .request = {.expect = {{"a-1", expected_version::no_stream()}}},
            .again = [&](auto&) -> result<std::optional<append_request>> { return first; },
            .done = {},
        });
        CHECK(answer.value().repeated);
    }
    CHECK(log->end().position == position{2});
}

TEST_CASE_TEMPLATE_DEFINE("a large frame is continued in the next, in order", Fixture, no_room) {
    opened<Fixture> log({.group_max = 8, .group_bytes_max = std::size_t{1} << 40});
    answers got;
    auto const half = event("a-1", "made", {}, std::string(append_bytes_max / 2, 'x'));
    for (int i = 0; i < 9; ++i) log->append({.events = {half, event("b-1", "made")}}, got.as(i));
    CHECK(log->commit_step());
    CHECK(got.count() == 7);
    CHECK(log->commit_step());
    CHECK(got.count() == 9);
    for (int i = 0; i < 9; ++i)
        CHECK(got.of(i)->first.value == 2 * static_cast<std::uint64_t>(i) + 1);
}

TEST_CASE_TEMPLATE_DEFINE("groups are bounded in number and bytes", Fixture, group_bounds) {
    opened<Fixture> log({.group_max = 4, .group_bytes_max = 1000});
    answers got;
    for (int i = 0; i < 6; ++i) log->append({.events = {event("a-1", "made")}}, got.as(i));
    CHECK(log->commit_step());
    CHECK(got.count() == 4);
    CHECK(log->commit_step());
    CHECK(got.count() == 6);
    for (int i = 6; i < 8; ++i)
        log->append({.events = {event("a-1", "made", {}, std::string(2000, ' '))}}, got.as(i));
    CHECK(log->commit_step());
    CHECK(got.count() == 7);
}

TEST_CASE_TEMPLATE_DEFINE("a full queue answers unavailable, at once", Fixture, full_queue) {
    opened<Fixture> log({.queue_max = 2});
    answers got;
    for (int i = 0; i < 3; ++i) log->append({.events = {event("a-1", "made")}}, got.as(i));
    REQUIRE(got.count() == 1);
    CHECK(got.of(2).error().kind == errc::unavailable);
    CHECK(got.of(2).error().code == "queue_full");
    CHECK(log->statistics().queued == 2);
    CHECK(log->commit_step());
    CHECK(got.of(0));
    CHECK(got.of(1));
    CHECK(log->statistics().unavailable == 1);
    CHECK(log.append({event("a-1", "made")}));
}

TEST_CASE_TEMPLATE_DEFINE(
    "the runtime is woken for callbacks when nobody commits", Fixture, wakes
) {
    opened<Fixture> log({.group_max = 1});
    auto woken = 0;
    log->on_work([&] { ++woken; });
    answers got;
    log->append({.events = {event("a-1", "made")}}, got.as(0));
    CHECK(woken == 1);
    log->append({.events = {event("a-1", "made")}}, [&](auto) {
        auto const before = woken;
        log->append({.events = {event("a-1", "made")}}, got.as(2));
        CHECK(woken == before);  // whoever commits now finds it himself
    });
    CHECK(woken == 2);
    CHECK(log->commit_step());
    CHECK(woken == 3);  // one more is waiting
    CHECK(log->commit_step());
    CHECK(woken == 4);
    CHECK(log->commit_step());
    CHECK(woken == 4);
    CHECK(got.of(2));
}

TEST_CASE_TEMPLATE_DEFINE(
    "closing answers whoever waits and nothing works afterwards", Fixture, closing
) {
    opened<Fixture> log;
    answers got;
    log->append({.events = {event("a-1", "made")}}, got.as(0));
    CHECK(log->close());
    CHECK(got.of(0).error().kind == errc::unavailable);
    CHECK(log.append({event("a-1", "made")}).error().kind == errc::unavailable);
    CHECK(log->read({}).error().kind == errc::unavailable);
    CHECK_FALSE(log->commit_step());
    CHECK(log->close());
    log.open();
    CHECK(log->end() == token{});
}

TEST_CASE_TEMPLATE_DEFINE("a log that is let go answers whoever waits", Fixture, let_go) {
    opened<Fixture> log;
    answers got;
    log->append({.events = {event("a-1", "made")}}, got.as(0));
    log.log.reset();
    CHECK(got.of(0).error().kind == errc::unavailable);
}

TEST_CASE_TEMPLATE_DEFINE(
    "everything recorded is there after a restart, and goes on", Fixture, restart
) {
    opened<Fixture> log({.block_events_max = 4});
    for (int i = 0; i < 10; ++i) log.append({event("a-1", "made", {"x-1"})}).or_throw();
    CHECK(log->index_step());
    auto const chain = log->durable_end().chain;
    log.crash_and_open();
    CHECK(log->durable_end().chain == chain);
    CHECK(log->stream_version("a-1").or_throw() == version{10});
    CHECK(!log.append({event("a-1", "made")}, {{"a-1", expected_version::exactly(version{9})}}));
    CHECK(
        log.append({event("a-1", "made")}, {{"a-1", expected_version::exactly(version{10})}})
            .or_throw()
            .first == position{11}
    );
    CHECK(log->read({.what = of_tag("x-1")}).or_throw().size() == 10);
    CHECK(log->verify({}));
}

TEST_CASE_TEMPLATE_DEFINE("statistics count what happened", Fixture, statistics) {
    opened<Fixture> log;
    log.append({event("a-1", "made"), event("a-1", "made")}).or_throw();
    CHECK(!log.append({}, {{"a-1", expected_version::no_stream()}}));
    auto const counted = log->statistics();
    CHECK(counted.appends == 1);
    CHECK(counted.events == 2);
    CHECK(counted.conflicts == 1);
    CHECK(counted.tail_events == 2);
    CHECK(counted.queued == 0);
}

TEST_CASE_TEMPLATE_DEFINE(
    "a callback or a hint that throws keeps nobody's answer back", Fixture, thrown_answers
) {
    opened<Fixture> log;
    auto const registered = log->on_more([] { throw std::runtime_error("no"); });
    auto answered = 0;
    for (int i = 0; i < 3; ++i)
        log->append(
            append_request{.events = {event("a-1", "made")}},
            [&answered, i](result<appended> const& answer) {
                CHECK(answer);
                ++answered;
                if (i == 0) throw std::runtime_error("no");
            }
        );
    CHECK(log->commit_step());
    CHECK(answered == 3);
    CHECK(log.append({event("a-1", "made")}));
}

#define DIPTYCH_COMMITTING_CONTRACT(...)                       \
    TEST_CASE_TEMPLATE_INVOKE(thrown_answers, __VA_ARGS__);    \
    TEST_CASE_TEMPLATE_INVOKE(redecides, __VA_ARGS__);         \
    TEST_CASE_TEMPLATE_INVOKE(lets_go, __VA_ARGS__);           \
    TEST_CASE_TEMPLATE_INVOKE(stage_view, __VA_ARGS__);        \
    TEST_CASE_TEMPLATE_INVOKE(pessimistic, __VA_ARGS__);       \
    TEST_CASE_TEMPLATE_INVOKE(redecided_judged, __VA_ARGS__);  \
    TEST_CASE_TEMPLATE_INVOKE(redecided_command, __VA_ARGS__); \
    TEST_CASE_TEMPLATE_INVOKE(repeats, __VA_ARGS__);           \
    TEST_CASE_TEMPLATE_INVOKE(no_room, __VA_ARGS__);           \
    TEST_CASE_TEMPLATE_INVOKE(group_bounds, __VA_ARGS__);      \
    TEST_CASE_TEMPLATE_INVOKE(full_queue, __VA_ARGS__);        \
    TEST_CASE_TEMPLATE_INVOKE(wakes, __VA_ARGS__);             \
    TEST_CASE_TEMPLATE_INVOKE(closing, __VA_ARGS__);           \
    TEST_CASE_TEMPLATE_INVOKE(let_go, __VA_ARGS__);            \
    TEST_CASE_TEMPLATE_INVOKE(restart, __VA_ARGS__);           \
    TEST_CASE_TEMPLATE_INVOKE(statistics, __VA_ARGS__)

}  // namespace diptych::contract
