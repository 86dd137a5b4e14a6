/// @file
/// Contract: appending, and the conditions under which it is accepted.
#pragma once

#include "contract/contract_log.hpp"

namespace diptych::contract {

TEST_CASE_TEMPLATE_DEFINE(
    "positions are dense over all streams, versions within each", Fixture, dense
) {
    opened<Fixture> log;
    CHECK(log->end() == token{});
    auto const first =
        log.append({event("a-1", "made"), event("b-1", "made"), event("a-1", "changed")})
            .or_throw();
    CHECK(first.first == position{1});
    CHECK(first.count == 3);
    CHECK(first.at == token{.position = position{3}});
    CHECK(
        first.versions == std::map<std::string, version>{{"a-1", version{2}}, {"b-1", version{1}}}
    );
    auto const second = log.append({event("b-1", "changed")}).or_throw();
    CHECK(second.first == position{4});
    CHECK(second.versions.at("b-1") == version{2});
    CHECK(log->end() == second.at);
    CHECK(positions(log->read({}).or_throw()) == numbers{1, 2, 3, 4});
    CHECK(versions(log->read_stream("a-1").or_throw()) == numbers{1, 2});
    CHECK(log->stream_version("b-1").or_throw() == version{2});
    CHECK(log->stream_version("c-1").or_throw() == version{0});
}

TEST_CASE_TEMPLATE_DEFINE("an event comes back as it was appended", Fixture, as_appended) {
    opened<Fixture> log;
    auto given = event("a-1", "made", {"b-1", "c-1"}, R"({"x":1})");
    given.metadata = R"({"user":"ada"})";
    given.id = id_of(7);
    log.append({given}).or_throw();
    auto const page = log->read({}).or_throw();
    REQUIRE(page.size() == 1);
    auto const& stored = page[0];
    CHECK(stored.stream == "a-1");
    CHECK(stored.type == "made");
    CHECK(stored.data == given.data);
    CHECK(stored.metadata == given.metadata);
    CHECK(stored.id == given.id);
    CHECK(stored.version == version{1});
    CHECK(stored.recorded_at == log.time.now());
    CHECK(stored.tags.size() == 2);
    for (auto const* const name : {"a-1", "b-1", "c-1"}) {
        CHECK(stored.carries(name));
        CHECK(positions(log->read({.what = of_tag(name)}).or_throw()) == numbers{1});
    }
    CHECK(log->read_stream("b-1").or_throw().empty());  // a tag is no home
}

TEST_CASE_TEMPLATE_DEFINE(
    "ids made by the log are of version 7, differ and sort by their making", Fixture, made_ids
) {
    opened<Fixture> log;
    for (int i = 0; i < 5000; ++i)
        log->append({.events = {event("a-1", "made")}}, [](result<appended> const& r) {
            CHECK(r);
        });
    while (log->commit_step()) {
    }
    uuid last;
    auto const page = log->read({.limit = 5000}).or_throw();
    REQUIRE(page.size() == 5000);
    auto is_sorted = true;
    auto are_of_version_7 = true;
    for (auto const& one : page) {
        is_sorted = is_sorted && std::exchange(last, one.id) < one.id;
        are_of_version_7 = are_of_version_7 && one.id.bytes[6] >> 4 == 7;
    }
    CHECK(is_sorted);
    CHECK(are_of_version_7);
}

TEST_CASE_TEMPLATE_DEFINE("recorded times never go back, even if the clock does", Fixture, times) {
    opened<Fixture> log;
    log.append({event("a-1", "made")}).or_throw();
    auto const before = log.time.now();
    log.time.advance(-10s);
    log.append({event("a-1", "made")}).or_throw();
    CHECK(log->read({}).or_throw()[1].recorded_at == before);
    log.crash_and_open();
    log.append({event("a-1", "made")}).or_throw();
    CHECK(log->read({}).or_throw()[2].recorded_at == before);
}

TEST_CASE_TEMPLATE_DEFINE(
    "expected versions are checked per stream, all or nothing", Fixture, expectations
) {
    opened<Fixture> log;
    log.append({event("a-1", "made"), event("a-1", "changed")}).or_throw();
    using expect = expected_version;
    std::vector const two{event("a-1", "x"), event("b-1", "x")};
    CHECK(
        log.append(two, {{"a-1", expect::exactly(version{2})}, {"b-1", expect::exists()}})
            .error()
            .code == "stream_version"
    );
    CHECK(
        log.append(two, {{"a-1", expect::no_stream()}, {"b-1", expect::any()}}).error().kind ==
        errc::conflict
    );
    CHECK(log->end().position == position{2});
    CHECK(log.append(two, {{"a-1", expect::exactly(version{2})}, {"b-1", expect::no_stream()}}));
    CHECK(log.append(two, {{"a-1", expect::exists()}, {"b-1", expect::exactly(version{1})}}));
    CHECK(log->end().position == position{6});
}

TEST_CASE_TEMPLATE_DEFINE("a stream that is not written can be checked too", Fixture, checks_only) {
    opened<Fixture> log;
    log.append({event("a-1", "made")}).or_throw();
    CHECK(log.append({event("b-1", "made")}, {{"a-1", expected_version::exactly(version{1})}}));
    CHECK(!log.append({event("b-1", "made")}, {{"a-1", expected_version::exactly(version{2})}}));
    CHECK(!log.append({}, {{"a-1", expected_version::no_stream()}}));
    auto const nothing = log.append({}, {{"a-1", expected_version::exists()}}).or_throw();
    CHECK(nothing.count == 0);
    CHECK(nothing.first == position{0});
    CHECK(nothing.at == token{.position = position{2}});
    CHECK(log->statistics().groups == 2);  // an empty append writes nothing
}

TEST_CASE_TEMPLATE_DEFINE(
    "a version conflict names the event that beat the caller", Fixture, beaten_version
) {
    opened<Fixture> log;
    log.append({event("a-1", "made"),
                event("b-1", "made"),
                event("a-1", "renamed"),
                event("a-1", "moved")})
        .or_throw();
    auto const conflict =
        log.append({event("a-1", "x")}, {{"a-1", expected_version::exactly(version{1})}}).error();
    CHECK(conflict.kind == errc::conflict);
    CHECK(conflict.code == "stream_version");
    CHECK(fact(conflict, "event") == R"({"position":3,"type":"renamed","stream":"a-1"})");
    CHECK(fact(conflict, "stream") == R"("a-1")");
    CHECK(fact(conflict, "expected") == R"("exactly 1")");
    CHECK(conflict.message.ends_with(", not at the expected version 1"));
    CHECK(fact(conflict, "actual") == "3");
    auto const ahead =
        log.append({event("a-1", "x")}, {{"a-1", expected_version::exactly(version{9})}}).error();
    CHECK(fact(ahead, "event") == "none");
    CHECK(fact(ahead, "actual") == "3");
    CHECK(log->end().position == position{4});
}

TEST_CASE_TEMPLATE_DEFINE(
    "a conflict leaves nothing behind, not even of its command", Fixture, conflict_traces
) {
    opened<Fixture> log;
    log.append({event("a-1", "made")}).or_throw();
    auto const chain = log->durable_end().chain;
    append_request request{
        .events = {event("b-1", "made"), event("a-1", "made")},
        .expect = {{"a-1", expected_version::no_stream()}},
        .command = key_of("c1"),
    };
    CHECK(log->append(request).error().kind == errc::conflict);
    CHECK(log->durable_end().chain == chain);
    CHECK(log->statistics().groups == 1);
    CHECK(log->stream_version("b-1").or_throw() == version{0});
    CHECK(log->read({.what = of_tag("b-1")}).or_throw().empty());
    request.expect.clear();
    request.command->digest.fill(2);  // its id was never used
    auto const accepted = log->append(request).or_throw();
    CHECK_FALSE(accepted.repeated);
    CHECK(accepted.first == position{2});
}

TEST_CASE_TEMPLATE_DEFINE(
    "unless: an event of any of the types with all of the ids refuses", Fixture, unless_query
) {
    opened<Fixture> log;
    auto const try_unless = [&](query what, token after = {}) {
        return log->append(
            {.events = {event("z-1", "tried")}, .unless = unless(std::move(what), after)}
        );
    };
    auto const at = log.append({event("course-1", "joined", {"student-1"}),
                                event("course-2", "left", {"student-1"})})
                        .or_throw()
                        .at;
    // Types are any-of, ids all-of.
    CHECK(!try_unless({.items = {{.types = {"joined", "never"}, .tags = {"student-1", "course-1"}}}}
    ));
    CHECK(try_unless({.items = {{.types = {"left"}, .tags = {"student-1", "course-1"}}}}));
    CHECK(try_unless({.items = {{.types = {"joined"}, .tags = {"student-2"}}}}));
    // Items are or-ed.
    CHECK(!try_unless({.items = {{.types = {"never"}}, {.tags = {"course-2"}}}}));
    // The category is the home's.
    CHECK(!try_unless({.category = "course"}));
    CHECK(try_unless({.category = "student"}));
    CHECK(!try_unless({.items = {{.types = {"left"}}}, .category = "course"}));
    CHECK(try_unless({.items = {{.tags = {"student-1"}}}, .category = "student"}));
    // Only what is recorded after the token counts.
    CHECK(try_unless(of_tag("student-1"), at));
    CHECK(!try_unless({}, at));
}

TEST_CASE_TEMPLATE_DEFINE(
    "a query conflict names the first event that beat the caller", Fixture, beaten_query
) {
    opened<Fixture> log;
    auto const at = log.append({event("course-1", "joined", {"student-1"})}).or_throw().at;
    log.append({event("course-2", "joined", {"student-2"}),
                event("course-3", "joined", {"student-1"})})
        .or_throw();
    log.append({event("course-4", "joined", {"student-1"})}).or_throw();
    auto const conflict =
        log->append({.events = {event("z-1", "x")}, .unless = unless(of_tag("student-1"), at)})
            .error();
    CHECK(conflict.kind == errc::conflict);
    CHECK(conflict.code == "query");
    CHECK(fact(conflict, "event") == R"({"position":3,"type":"joined","stream":"course-3"})");
    CHECK(log->end().position == position{4});
}

TEST_CASE_TEMPLATE_DEFINE(
    "appends of one group are judged in turn, each by those before it", Fixture, in_turn
) {
    opened<Fixture> log;
    answers got;
    auto const once = [&](int number) {
        log->append(
            {.events = {event("a-1", "made", {"b-1"})},
             .expect = {{"a-1", expected_version::no_stream()}}},
            got.as(number)
        );
    };
    once(1);
    once(2);
    log->append({.events = {event("c-1", "made")}, .unless = unless(of_tag("b-1"))}, got.as(3));
    log->append(
        {.events = {event("a-1", "made")},
         .expect = {{"a-1", expected_version::exactly(version{1})}}},
        got.as(4)
    );
    CHECK(got.count() == 0);
    CHECK(log->commit_step());
    CHECK_FALSE(log->commit_step());
    CHECK(got.of(1));
    CHECK(got.of(2).error().code == "stream_version");
    CHECK(fact(got.of(2).error(), "event").starts_with(R"({"position":1,)"));
    CHECK(got.of(3).error().code == "query");
    CHECK(got.of(4).value().at.position == position{2});
    CHECK(log->statistics().groups == 1);
    CHECK(log->statistics().conflicts == 2);
}

TEST_CASE_TEMPLATE_DEFINE(
    "the very next event after a token counts, also when it is staged in the same group",
    Fixture,
    very_next
) {
    opened<Fixture> log;
    auto const after = log.append({event("a-1", "seen")}).or_throw().at;
    answers got;
    log->append({.events = {event("b-1", "made", {"c-1"})}}, got.as(1));
    for (auto const& what : {of_tag("c-1"), of_type("made"), query{}})
        log->append({.events = {event("d-1", "made")}, .unless = unless(what, after)}, got.as(2));
    CHECK(log->commit_step());
    CHECK(got.of(1));
    CHECK(got.count() == 4);
    for (auto const& [number, answer] : *got.all) {
        if (number == 1) continue;
        REQUIRE(!answer);
        CHECK(fact(answer.error(), "event").starts_with(R"({"position":2,)"));
    }
    CHECK(log->end().position == position{2});
}

TEST_CASE_TEMPLATE_DEFINE(
    "tokens of another line of history or from the future are errors", Fixture, tokens
) {
    opened<Fixture> log;
    auto const at = log.append({event("a-1", "made")}).or_throw().at;
    CHECK(log->check(at));
    CHECK(log->check({}));
    auto const future = token{.epoch = at.epoch, .position = position{2}};
    auto const foreign = token{.epoch = epoch{7}, .position = position{1}};
    CHECK(log->check(future).error().code == "future_token");
    CHECK(log->check(foreign).error().code == "foreign_token");
    for (auto const& wrong : {future, foreign}) {
        auto const refused = log->append(
            {.events = {event("b-1", "made")}, .unless = unless(of_type("never"), wrong)}
        );
        REQUIRE(!refused);
        CHECK(refused.error().kind == errc::invalid);
    }
    CHECK(log->end() == at);
}

TEST_CASE_TEMPLATE_DEFINE("malformed appends are invalid and say where", Fixture, malformed) {
    opened<Fixture> log;
    auto const fault = [&](append_request request) {
        auto const answer = log->append(std::move(request));
        REQUIRE(!answer);
        CHECK(answer.error().kind == errc::invalid);
        return fact(answer.error(), "path");
    };
    CHECK(fault({.events = {event("a-1", "x"), event("", "x")}}) == R"("events/1/stream")");
    CHECK(fault({.events = {event("a-1", "")}}) == R"("events/0/type")");
    CHECK(
        fault({.events = {event("a-1", "x", {"b", std::string(256, 'b')})}}) ==
        R"("events/0/tags/1")"
    );
    CHECK(fault({.events = {event("a\n1", "x")}}) == R"("events/0/stream")");
    CHECK(
        fault({.events = {event("a-1", "x", std::vector<std::string>(65, "t"))}}) ==
        R"("events/0/tags")"
    );
    CHECK(fault({.events = std::vector(10'001, event("a-1", "x"))}) == R"("events")");
    CHECK(
        fault({.events = {event("a-1", "x", {}, std::string(append_bytes_max + 1, ' '))}}) ==
        R"("events")"
    );
    CHECK(fault({.expect = {{"", expected_version::any()}}}) == R"("expect")");
    CHECK(fault({.command = key_of("")}) == R"("command/id")");
    CHECK(log->end() == token{});
    CHECK(log.append({event(
        std::string(255, 'a'),
        std::string(255, 'b'),
        std::vector<std::string>(64, std::string(255, 'c'))
    )}));
    CHECK(log.append(std::vector(10'000, event("a-1", "x"))));
    CHECK(log->stream_version("a-1").or_throw() == version{10'000});
}

#define DIPTYCH_APPENDING_CONTRACT(...)                      \
    TEST_CASE_TEMPLATE_INVOKE(dense, __VA_ARGS__);           \
    TEST_CASE_TEMPLATE_INVOKE(as_appended, __VA_ARGS__);     \
    TEST_CASE_TEMPLATE_INVOKE(made_ids, __VA_ARGS__);        \
    TEST_CASE_TEMPLATE_INVOKE(times, __VA_ARGS__);           \
    TEST_CASE_TEMPLATE_INVOKE(expectations, __VA_ARGS__);    \
    TEST_CASE_TEMPLATE_INVOKE(checks_only, __VA_ARGS__);     \
    TEST_CASE_TEMPLATE_INVOKE(beaten_version, __VA_ARGS__);  \
    TEST_CASE_TEMPLATE_INVOKE(conflict_traces, __VA_ARGS__); \
    TEST_CASE_TEMPLATE_INVOKE(unless_query, __VA_ARGS__);    \
    TEST_CASE_TEMPLATE_INVOKE(beaten_query, __VA_ARGS__);    \
    TEST_CASE_TEMPLATE_INVOKE(in_turn, __VA_ARGS__);         \
    TEST_CASE_TEMPLATE_INVOKE(tokens, __VA_ARGS__);          \
    TEST_CASE_TEMPLATE_INVOKE(very_next, __VA_ARGS__);       \
    TEST_CASE_TEMPLATE_INVOKE(malformed, __VA_ARGS__)

}  // namespace diptych::contract
