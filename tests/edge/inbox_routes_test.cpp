#include "edge/site_fixture.hpp"

#include <diptych/json_writer.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace diptych;
using namespace diptych::testing;

namespace {

std::string message(std::string const& id, std::uint64_t version, std::string const& data = "{}") {
    json::writer to;
    to.begin_object().member("message_id", id).member("stream", "s1").member("version", version);
    to.member("type", "moved").raw_member("data", data).end_object();
    return std::move(to).text();
}

std::string outcome_of(http_answer const& said) { return json_at(said.body, "outcome"); }

}  // namespace

TEST_CASE("a message that passes is created, one that comes again is known, one too early is held"
) {
    site_fixture of;
    auto const first = of.post("/inbox/shop", message("m1", 1));
    CHECK(first.status == 201);
    CHECK(outcome_of(first) == "recorded");
    CHECK(json_at(first.body, "position") == "1");
    CHECK(json_at(first.body, "token") == "1.1");
    CHECK(first.headers.at("diptych-token") == "1.1");
    auto const again = of.post("/inbox/shop", message("m1", 1));
    CHECK(again.status == 200);
    CHECK(outcome_of(again) == "duplicate");
    CHECK(json_at(again.body, "position") == "1");
    auto const early = of.post("/inbox/shop", message("m3", 3));
    CHECK(early.status == 202);
    CHECK(outcome_of(early) == "held");
    CHECK(json_at(early.body, "why") == "waits for version 2 of s1");
    CHECK(of.post("/inbox/shop", message("m2", 2)).status == 201);
    auto const old = of.post("/inbox/shop", message("another", 1));
    CHECK(old.status == 200);
    CHECK(outcome_of(old) == "stale");
    auto const events = of.ask("GET", "/events?category=inbox.shop").body;
    CHECK(json_at(events, "events.2.metadata.message_id") == "m3");
    CHECK(json_at(events, "events.2.stream") == "inbox.shop-s1");
    CHECK(json_at(events, "events.3") == "");
}

TEST_CASE("an array is answered message by message, and one that is refused undoes no other") {
    site_fixture of;
    CHECK(of.post("/inbox/shop", message("m1", 1)).status == 201);
    auto const said = of.post(
        "/inbox/shop",
        "[" + message("m2", 2) + "," + message("m1", 1, R"({"a":1})") + "," + message("m4", 4) +
            "," + message("m3", 3) + "]"
    );
    CHECK(said.status == 200);
    CHECK(json_at(said.body, "results.0.outcome") == "recorded");
    CHECK(json_at(said.body, "results.1.outcome") == "refused");
    CHECK(json_at(said.body, "results.1.index") == "1");
    CHECK(json_at(said.body, "results.1.code") == "message_id_reused");
    CHECK(json_at(said.body, "results.2.outcome") == "held");
    CHECK(json_at(said.body, "results.3.outcome") == "recorded");
    CHECK(json_at(said.body, "token") == said.headers.at("diptych-token"));
    while (of.messages.step().or_throw()) {
    }
    of.post("/inbox/shop", message("m5", 5));  // behind what was proposed
    CHECK(json_at(of.ask("GET", "/inbox/shop").body, "waiting") == "0");
}

TEST_CASE("a malformed element makes the whole array one, and nothing of it is recorded") {
    site_fixture of;
    auto const said =
        of.post("/inbox/shop", "[" + message("m1", 1) + R"(,{"message_id":"m2","stream":"s1"}])");
    CHECK(said.status == 400);
    CHECK(json_at(said.body, "code") == "bad_message");
    CHECK(json_at(said.body, "path") == "1/type");
    CHECK(of.log->end().position.value == 0);
    CHECK(of.post("/inbox/shop", "[]").status == 200);
}

TEST_CASE("an array of which something could not be taken says so as a whole, with all results") {
    site_fixture of;
    std::string body;
    for (std::uint64_t i = 2; i <= 7; ++i)
        body.append(body.empty() ? "[" : ",").append(message("m" + std::to_string(i), i));
    auto const said = of.post("/inbox/shop", body + "]");
    CHECK(said.status == 503);
    CHECK(said.headers.at("retry-after") == "1");
    CHECK(json_at(said.body, "code") == "inbox_full");
    CHECK(json_at(said.body, "results.4.outcome") == "held");
    CHECK(json_at(said.body, "results.5.outcome") == "failed");
}

TEST_CASE("what is wrong with a message is a problem with its own status") {
    site_fixture of;
    auto const unknown = of.post("/inbox/shops", message("m1", 1));
    CHECK(unknown.status == 404);
    CHECK(json_at(unknown.body, "detail") == "no source 'shops' is declared; there are shop, till");
    CHECK(of.post("/inbox/shop?x=1", message("m1", 1)).status == 400);
    CHECK(of.post("/inbox/shop", "{").status == 400);
    CHECK(of.post("/inbox/shop", message("m1", 1)).status == 201);
    auto const reused = of.post("/inbox/shop", message("m1", 1, R"({"a":1})"));
    CHECK(reused.status == 422);
    CHECK(json_at(reused.body, "code") == "message_id_reused");
    auto const own = of.post(
        "/inbox/till", R"({"message_id":"m","stream":"s","type":"lending.lent","data":{}})"
    );
    CHECK(own.status == 400);
    CHECK(json_at(own.body, "path") == "type");
}

TEST_CASE("an inline view that refuses a message refuses it to its sender") {
    site_fixture of;
    auto const paid = [](std::string const& id, std::string const& receipt) {
        return R"({"message_id":")" + id +
               R"(","stream":"till-1","type":"till.paid","data":{"receipt":)" + receipt +
               R"(,"amount":"1.00"}})";
    };
    CHECK(of.post("/inbox/till", paid("m1", "7")).status == 201);
    CHECK(of.post("/inbox/till", paid("m2", "7")).status == 409);
    CHECK(of.post("/inbox/till", paid("m3", "\"x\"")).status == 400);
    auto const rows = of.ask("GET", "/views/takings");
    CHECK(json_at(rows.body, "1") == "");
    auto const events = of.ask("GET", "/events?tags=receipt-7").body;
    CHECK(json_at(events, "events.0.metadata.source") == "till");
}

TEST_CASE("a conversation that a message comes in is recorded with its event") {
    site_fixture of;
    CHECK(of.post("/inbox/shop", message("m1", 1), "X-Correlation-Id: c1\r\n").status == 201);
    auto const events = of.ask("GET", "/events").body;
    CHECK(json_at(events, "events.0.metadata.correlation_id") == "c1");
}

TEST_CASE("a source shows what it waits for, its dead letters can be retried and dropped") {
    site_fixture of;
    for (auto const version : {3, 5, 7})
        CHECK(
            of.post(
                  "/inbox/shop",
                  message("m " + std::to_string(version), static_cast<std::uint64_t>(version))
            )
                .status == 202
        );
    auto const shown = of.ask("GET", "/inbox/shop").body;
    CHECK(json_at(shown, "mode") == "resequence");
    CHECK(json_at(shown, "waiting") == "3");
    CHECK(json_at(shown, "gaps.0.stream") == "s1");
    CHECK(json_at(shown, "gaps.0.waits_for") == "1");
    CHECK(json_at(shown, "gaps.0.behind") == "3");
    CHECK(json_at(shown, "gaps.0.since").ends_with("Z"));
    auto const page = of.ask("GET", "/inbox/shop/held?limit=2").body;
    CHECK(json_at(page, "messages.1.message_id") == "m 5");
    CHECK(json_at(page, "messages.1.why") == "waits for version 1 of s1");
    auto const rest = of.ask("GET", "/inbox/shop/held?after=" + json_at(page, "next")).body;
    CHECK(json_at(rest, "messages.0.message_id") == "m 7");
    for (auto const* const odd : {"m%205", "", "1", "1.", "1.2.3", ".2", "x.2"})
        CHECK(of.ask("GET", std::string("/inbox/shop/held?after=") + odd).status == 400);
    CHECK(of.ask("GET", "/inbox/shop/held?limit=0").status == 400);

    CHECK(of.post("/inbox/shop/dead-letters/m%203/retry", "").status == 404);
    CHECK(json_at(of.ask("GET", "/health").body, "degraded") == "[]");
    of.wall.now_us += 10'000'000;
    CHECK(json_at(of.ask("GET", "/inbox").body, "sources.0.dead_letters") == "3");
    auto const health = of.ask("GET", "/health");
    CHECK(health.status == 200);
    CHECK(json_at(health.body, "degraded.0") == "source shop has dead letters: 3");
    CHECK(of.ask("GET", "/metrics").body.contains(R"(diptych_inbox_dead_letters{source="shop"} 3)")
    );
    CHECK(of.ask("GET", "/metrics")
              .body.contains(R"(diptych_inbox_messages_total{source="shop",outcome="held"} 3)"));
    CHECK(
        of.ask("GET", "/metrics").body.contains(R"(diptych_inbox_rebuilds_total{source="shop"} 1)")
    );
    CHECK(
        json_at(of.ask("GET", "/inbox/shop/dead-letters").body, "messages.2.message_id") == "m 7"
    );

    auto const retried = of.post("/inbox/shop/dead-letters/m%203/retry", "");
    CHECK(retried.status == 201);
    CHECK(outcome_of(retried) == "recorded");
    auto const dropped = of.ask("DELETE", "/inbox/shop/dead-letters/m%205");
    CHECK(dropped.status == 200);
    CHECK(outcome_of(dropped) == "dropped");
    CHECK(of.ask("DELETE", "/inbox/shop/dead-letters/m%205").status == 404);
    CHECK(of.post("/inbox/shop", message("m 4", 4)).status == 201);
    CHECK(json_at(of.ask("GET", "/inbox/shop").body, "gaps.0.waits_for") == "6");
}

TEST_CASE("requests from many connections at once are all recorded, each once") {
    site_fixture of;
    std::vector<std::jthread> callers;
    std::atomic<int> recorded = 0;
    for (int caller = 0; caller < 8; ++caller)
        callers.emplace_back([&of, &recorded] {
            auto client = of.client();
            for (std::uint64_t i = 1; i <= 50; ++i) {
                // All send the same, each in a rotation of its own.
                auto const said =
                    client.ask("POST", "/inbox/shop", {}, message("m" + std::to_string(i), i));
                if (said.status == 201) ++recorded;
            }
        });
    callers.clear();
    CHECK(recorded == 50);
    CHECK(of.log->stream_version("inbox.shop-s1").or_throw().value == 50);
}
