// What the checker must notice of what becomes of messages that come in.
#include "sim/arrival_model.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using namespace diptych;
using namespace diptych::sim;

namespace {

struct arrivals_seen {
    std::vector<logged> log;
    std::vector<arrival> all;
    arrival_rules rules{
        .channel = "c",
        .attempts_min = 2,
        .is_finished = true,
        .was_refused = [](arrival const& one) { return one.means.number == 4; }
    };

    // Two of one key that have their effect, a dead letter, and one that was refused.
    arrivals_seen() {
        arrive(1, meaning::kind::command);
        arrive(2, meaning::kind::message);
        arrive(3, meaning::kind::nothing);
        arrive(4, meaning::kind::command);
        record("piece-p", "worked", R"({"number":1})", R"({"command_id":"m1"})");
        record("inbox.s-p", "noted", R"({"number":2})", R"({"source":"s","message_id":"m2"})");
        park("m3", "body 3", 1);
    }

    void arrive(std::uint64_t number, meaning::kind is) {
        arrival made{
            .channel = "c",
            .what = {},
            .means = {.is = is, .id = "m" + std::to_string(number), .key = "p", .number = number},
            .is_done = true,
            .told = 3
        };
        made.what.place = "c:" + std::to_string(all.size() + 1);
        made.what.body = "body " + std::to_string(number);
        all.push_back(std::move(made));
    }

    void record(std::string stream, std::string type, std::string data, std::string about = {}) {
        std::uint64_t version = 1;
        for (auto const& event : log) version += event.stream == stream ? 1 : 0;
        log.push_back({
            .position = log.size() + 1,
            .version = version,
            .recorded_at = {},
            .id = {},
            .stream = std::move(stream),
            .type = std::move(type),
            .tags = {},
            .data = std::move(data),
            .metadata = std::move(about),
        });
    }

    void park(std::string const& id, std::string const& body, int attempts) {
        record(
            "$intake-c",
            "$intake_parked",
            R"({"message_id":")" + id + R"(","attempts":)" + std::to_string(attempts) +
                R"(,"body":")" + body + R"("})"
        );
    }

    std::string wrong() const {
        log_model const model{log};
        if (auto found = came_of_nothing(model, all)) return *found;
        return arrived_wrongly(model, all, rules).value_or("nothing");
    }
};

}  // namespace

TEST_CASE("the checker of arrivals notices what is lost, or told too early") {
    arrivals_seen of;
    CHECK(of.wrong() == "nothing");
    SUBCASE("lost") {
        of.log.pop_back();
        CHECK(of.wrong() == "channel c: c:3 was told of, and nothing came of it");
    }
    SUBCASE("its refusal is not on record") {
        of.rules.was_refused = {};
        CHECK(of.wrong() == "channel c: c:4 was told of, and nothing came of it");
    }
    SUBCASE("too early") {
        of.all[1].told = 1;
        CHECK(of.wrong() == "channel c: c:2 was told of when the log ended at 1, and stands at 2");
    }
    SUBCASE("never") {
        of.all[0].is_done = false;
        CHECK(of.wrong() == "channel c: c:1 is not acknowledged, at rest");
        of.rules.is_finished = false;
        CHECK(of.wrong() == "nothing");
    }
    SUBCASE("of another") {
        of.all[0].told.reset();
        CHECK(of.wrong() == "channel c: c:1 is acknowledged, and nobody said so");
    }
}

TEST_CASE("the checker of arrivals notices what is done twice, out of turn or for nobody") {
    arrivals_seen of;
    SUBCASE("twice") {
        of.record("piece-p", "worked", R"({"number":1})", R"({"command_id":"m1"})");
        CHECK(of.wrong() == "message 1 has its effect at 1 and at 4");
    }
    SUBCASE("for nobody") {
        of.record("piece-p", "worked", R"({"number":5})", R"({"command_id":"m5"})");
        CHECK(of.wrong() == "position 4 came of no message");
    }
    SUBCASE("for one that can not be done") {
        of.record("piece-p", "worked", R"({"number":3})", R"({"command_id":"m3"})");
        CHECK(of.wrong() == "position 4 came of no message");
    }
    SUBCASE("out of turn") {
        std::swap(of.all[0], of.all[1]);
        CHECK(of.wrong() == "channel c: c:1 stands at 1, before c:2 of its key at 2");
        of.rules.is_in_order = false;
        CHECK(of.wrong() == "nothing");
        of.rules.is_in_order = true;
        of.park("m2", "body 2", 2);
        CHECK(of.wrong() == "nothing");
    }
}

TEST_CASE("the checker of arrivals notices dead letters that are strange") {
    arrivals_seen of;
    SUBCASE("twice") {
        of.park("m3", "body 3", 1);
        CHECK(of.wrong() == "channel c: m3 is a dead letter at 4, and is one already");
    }
    SUBCASE("of nobody") {
        of.park("m3", "another body", 1);
        CHECK(of.wrong() == "channel c: the dead letter at 4 is nobody's message");
    }
    SUBCASE("too early") {
        of.park("m1", "body 1", 1);
        CHECK(of.wrong() == "channel c: m1 is given up after 1 attempts at 4");
    }
    SUBCASE("ended, and ended again") {
        of.record("$intake-c", "$intake_dropped", R"({"number":1})");
        CHECK(of.wrong() == "nothing");
        CHECK(letters_in(log_model{of.log}, "c").empty());
        of.record("$intake-c", "$intake_released", R"({"number":1})");
        CHECK(of.wrong() == "channel c: $intake_released at 5 is of no dead letter");
    }
}
