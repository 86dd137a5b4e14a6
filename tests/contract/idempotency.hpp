/// @file
/// Contract: the first answer again.
#pragma once

#include "contract/contract_log.hpp"

#include <thread>

namespace diptych::contract {

TEST_CASE_TEMPLATE_DEFINE(
    "the same command id gives the first answer again", Fixture, same_command
) {
    opened<Fixture> log;
    auto const request = [](std::uint8_t digest, std::string caller) {
        return append_request{
            .events = {event("a-1", "made"), event("b-1", "made")},
            .expect = {{"a-1", expected_version::no_stream()}},
            .command = key_of("c1", digest, std::move(caller)),
            .answer = "first answer",
        };
    };
    auto const first = log->append(request(1, "ada")).or_throw();
    CHECK_FALSE(first.repeated);
    log.append({event("a-1", "changed")}).or_throw();
    for (auto const how : {0, 1, 2}) {
        CAPTURE(how);
        if (how == 1) log.crash_and_open();
        if (how == 2) {
            REQUIRE(log->close());
            log.open();
        }
        auto const again = log->append(request(1, "ada")).or_throw();
        CHECK(again.repeated);
        CHECK(again.at == first.at);
        CHECK(again.first == first.first);
        CHECK(again.count == 2);
        CHECK(again.versions == first.versions);
        CHECK(again.answer == "first answer");
        auto const reused = log->append(request(2, "ada"));
        REQUIRE(!reused);
        CHECK(reused.error().kind == errc::invalid);
        CHECK(reused.error().code == "command_id_reused");
        // Another caller's ids are his own: it is judged, and beaten.
        CHECK(log->append(request(1, "bob")).error().code == "stream_version");
        CHECK(log->end().position == position{3});
    }
}

TEST_CASE_TEMPLATE_DEFINE(
    "an answer without events is recorded and takes no position", Fixture, empty_answer
) {
    opened<Fixture> log;
    auto const refusal = append_request{.command = key_of("c1"), .answer = "sold out"};
    auto const before_all =
        log->append(append_request{.command = key_of("c0"), .answer = "empty"}).or_throw();
    CHECK(before_all.at == token{});
    log.append({event("a-1", "made")}).or_throw();
    auto const first = log->append(refusal).or_throw();
    CHECK(first.count == 0);
    CHECK(first.at == token{.position = position{1}});
    CHECK(log->end() == first.at);
    log.append({event("a-1", "made")}).or_throw();
    for (auto const restart : {false, true}) {
        if (restart) log.crash_and_open();
        auto const again = log->append(refusal).or_throw();
        CHECK(again.repeated);
        CHECK(again.at == first.at);
        CHECK(again.answer == "sold out");
        CHECK(log->append(append_request{.command = key_of("c0")}).or_throw().answer == "empty");
        CHECK(
            log->append(append_request{.command = key_of("c1", 9)}).error().code ==
            "command_id_reused"
        );
    }
    CHECK(log->end().position == position{2});
    CHECK(log->verify({}));
}

TEST_CASE_TEMPLATE_DEFINE(
    "a repeated command in the same group is answered once and repeated once", Fixture, same_group
) {
    opened<Fixture> log;
    answers got;
    for (auto const number : {1, 2, 3})
        log->append(
            {.events = {event("a-1", "made")},
             .command = key_of("c1", number == 3 ? 2 : 1),
             .answer = std::to_string(number)},
            got.as(number)
        );
    CHECK(log->commit_step());
    CHECK_FALSE(got.of(1)->repeated);
    CHECK(got.of(2)->repeated);
    CHECK(got.of(2)->at == got.of(1)->at);
    CHECK(got.of(2)->versions == got.of(1)->versions);
    CHECK(got.of(2)->answer == "1");
    CHECK(got.of(3).error().code == "command_id_reused");
    CHECK(log->end().position == position{1});
    CHECK(log->statistics().repeated == 1);
}

TEST_CASE_TEMPLATE_DEFINE(
    "one command sent by many callers at once happens once", Fixture, concurrent_command
) {
    opened<Fixture> log;
    std::atomic<int> firsts = 0;
    std::atomic<int> repeats = 0;
    {
        std::vector<std::jthread> callers;
        for (int i = 0; i < 8; ++i)
            callers.emplace_back([&] {
                for (int n = 0; n < 20; ++n) {
                    auto const answer = log->append(append_request{
                        .events = {event("a-1", "made")}, .command = key_of(std::to_string(n))
                    });
                    ++(answer.value().repeated ? repeats : firsts);
                }
            });
    }
    CHECK(firsts == 20);
    CHECK(repeats == 140);
    CHECK(log->end().position == position{20});
}

TEST_CASE_TEMPLATE_DEFINE(
    "the same event ids with the same content give the first answer again", Fixture, same_events
) {
    opened<Fixture> log;
    auto const with_id = [](event_data of, std::uint8_t id) {
        of.id = id_of(id);
        return of;
    };
    std::vector const two{
        with_id(event("a-1", "made", {}, R"({"x":1})"), 1), with_id(event("b-1", "made"), 2)
    };
    auto const first = log.append(two, {{"a-1", expected_version::no_stream()}}).or_throw();
    log.append({event("a-1", "changed")}).or_throw();
    for (auto const restart : {false, true}) {
        if (restart) log.crash_and_open();
        auto const again = log.append(two, {{"a-1", expected_version::no_stream()}}).or_throw();
        CHECK(again.repeated);
        CHECK(again.at == first.at);
        CHECK(again.first == first.first);
        CHECK(again.versions == first.versions);
        auto const reused = [&](std::vector<event_data> events) {
            auto const answer = log.append(std::move(events));
            REQUIRE(!answer);
            CHECK(answer.error().kind == errc::invalid);
            return answer.error().code;
        };
        CHECK(
            reused({with_id(event("a-1", "made", {}, R"({"x":2})"), 1), two[1]}) ==
            "event_id_reused"
        );
        CHECK(reused({with_id(event("a-1", "other", {}, R"({"x":1})"), 1)}) == "event_id_reused");
        CHECK(
            reused({with_id(event("a-1", "made", {"x-1"}, R"({"x":1})"), 1), two[1]}) ==
            "event_id_reused"
        );
        CHECK(reused({two[0], with_id(event("b-1", "made"), 3)}) == "event_id_reused");
        CHECK(reused({two[0], event("b-1", "made")}) == "event_id_reused");
        CHECK(reused({two[1], two[0]}) == "event_id_reused");
        CHECK(
            reused({with_id(event("c-1", "x"), 5), with_id(event("c-1", "x"), 5)}) ==
            "event_id_reused"
        );
        CHECK(log->end().position == position{3});
    }
    // Of one append, side by side: what lies apart was never one.
    auto const alike = [&](std::uint8_t id) { return with_id(event("d-1", "made"), id); };
    for (auto const id : std::array<std::uint8_t, 3>{6, 7, 8}) log.append({alike(id)}).or_throw();
    CHECK(log.append({alike(6), alike(8)}).error().code == "event_id_reused");
    CHECK(log.append({alike(7), alike(6)}).error().code == "event_id_reused");
    // Unique in its stream, not in the log.
    CHECK(log.append({with_id(event("c-1", "made"), 1)}));
}

TEST_CASE_TEMPLATE_DEFINE(
    "a repeated event in the same group is recorded once", Fixture, same_event_group
) {
    opened<Fixture> log;
    answers got;
    auto made = event("a-1", "made");
    made.id = id_of(1);
    for (auto const number : {1, 2}) log->append({.events = {made}}, got.as(number));
    made.type = "other";
    log->append({.events = {made}}, got.as(3));
    CHECK(log->commit_step());
    CHECK_FALSE(got.of(1)->repeated);
    CHECK(got.of(2)->repeated);
    CHECK(got.of(2)->at == got.of(1)->at);
    CHECK(got.of(3).error().code == "event_id_reused");
    CHECK(log->end().position == position{1});
}

#define DIPTYCH_IDEMPOTENCY_CONTRACT(...)                       \
    TEST_CASE_TEMPLATE_INVOKE(same_command, __VA_ARGS__);       \
    TEST_CASE_TEMPLATE_INVOKE(empty_answer, __VA_ARGS__);       \
    TEST_CASE_TEMPLATE_INVOKE(same_group, __VA_ARGS__);         \
    TEST_CASE_TEMPLATE_INVOKE(concurrent_command, __VA_ARGS__); \
    TEST_CASE_TEMPLATE_INVOKE(same_events, __VA_ARGS__);        \
    TEST_CASE_TEMPLATE_INVOKE(same_event_group, __VA_ARGS__)

}  // namespace diptych::contract
