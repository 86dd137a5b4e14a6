// What pages and streams hold, however large the events are and however they were written.
#include "edge/event_source.hpp"
#include "edge/site_fixture.hpp"

#include <doctest/doctest.h>

using namespace diptych;
using namespace diptych::testing;

namespace {

constexpr auto pretty =
    "{\"events\":[\r\n {\"stream\":\"cup-1\",\"type\":\"filled\",\r\n"
    "  \"data\":{\r\n    \"ml\": 200,\n    \"note\": \"a\\nb\"\r  },\n  \"metadata\":{\n}}]}";

std::string large_event(std::string const& stream) {
    return R"({"events":[{"stream":")" + stream + R"(","type":"big","data":{"text":")" +
           std::string(1'000'000, 'x') + R"("}}]})";
}

struct all_pages {
    std::string versions;
    std::size_t pages = 0;
    std::size_t largest = 0;
};

/// Follows `Link` to the end.
all_pages walk(site_fixture const& of, std::string at) {
    all_pages seen;
    while (!at.empty() && seen.pages < 100) {
        auto const page = of.ask("GET", at);
        REQUIRE(page.status == 200);
        ++seen.pages;
        seen.largest = std::max(seen.largest, page.body.size());
        auto const body = json::parse(page.body).or_throw();
        for (auto const one : body.root().find("events")->elements())
            seen.versions += std::to_string(one.find("version")->integer()) + " ";
        auto const link = page.headers.find("link");
        at = link == page.headers.end() ? "" : link->second.substr(1, link->second.find('>') - 1);
    }
    return seen;
}

}  // namespace

TEST_CASE("an event written over several lines is one event of a stream, and says the same") {
    site_fixture of;
    REQUIRE(of.post("/events", pretty).status == 201);
    // Not through the edge, which has it on one line.
    of.log
        ->append(
            {.events = {{.stream = "cup-1", .type = "raw", .data = "{\"a\":\r\n1,\r\"b\":\n2}"}}}
        )
        .or_throw();
    auto client = of.client();
    client.send(request_text("GET", "/events", "Accept: text/event-stream\r\n"));
    client.read_head();
    event_source source;
    source.feed(client.read_stream_to("\n\n"));
    source.feed(client.read_stream_to("\n\n"));

    auto const first = source.next();
    REQUIRE(first);
    CHECK(first->type == "filled");
    CHECK(first->last_id == "1.1");
    CHECK(json_at(first->data, "data.ml") == "200");
    CHECK(json_at(first->data, "data.note") == "a\nb");
    auto const second = source.next();
    REQUIRE(second);
    CHECK(second->type == "raw");
    CHECK(second->last_id == "1.2");
    CHECK(json_at(second->data, "data.a") == "1");
    CHECK(json_at(second->data, "data.b") == "2");
    CHECK_FALSE(source.next());
}

TEST_CASE("an event is one line, so that it can be exported, and imported as the same event") {
    site_fixture of;
    auto const key = "Idempotency-Key: k1\r\n";
    REQUIRE(of.post("/events", pretty, key).status == 201);
    auto const body = of.ask("GET", "/events").body;
    CHECK(body.find_first_of("\r\n") == std::string::npos);
    auto const again = R"({"events":[{"id":")" + json_at(body, "events.0.id") +
                       R"(","stream":"cup-1","type":"filled","data":)" +
                       json_at(body, "events.0.data") + R"(,"metadata":)" +
                       json_at(body, "events.0.metadata") + "}]}";
    CHECK(of.post("/events", again).status == 201);
    CHECK(of.log->end().position.value == 1);  // the same event, and not a second one

    // What was received is what the key stands for, line breaks included.
    CHECK(json_at(of.post("/events", pretty, key).body, "repeated") == "true");
    std::string other(pretty);
    other.replace(other.find("\r\n"), 2, " ");
    CHECK(of.post("/events", other, key).status == 422);
}

TEST_CASE("a page of large events ends early, and the pages together have all of them") {
    site_fixture of;
    std::string forward;
    std::string backward;
    for (int i = 1; i <= 20; ++i) {
        REQUIRE(of.post("/events", large_event("cup-1")).status == 201);
        forward += std::to_string(i) + " ";
        backward.insert(0, std::to_string(i) + " ");
    }
    for (auto const* const path : {"/events", "/streams/cup-1"}) {
        CAPTURE(path);
        auto const up = walk(of, std::string(path) + "?limit=10000");
        CHECK(up.versions == forward);
        CHECK(up.pages == 3);
        CHECK(up.largest < 10u << 20);
        auto const down = walk(of, std::string(path) + "?limit=10000&direction=backward");
        CHECK(down.versions == backward);
        CHECK(down.largest < 10u << 20);
        CHECK(walk(of, std::string(path) + "?limit=3").versions == forward);
    }
    auto const part = of.ask("GET", "/events?limit=10000");
    CHECK(json_at(part.body, "at_end") == "false");
    CHECK(json_at(part.body, "seen") == "1.9");
}

TEST_CASE("a page of many small events is read in pieces, and complete") {
    site_fixture of;
    std::string some;
    std::string versions;
    for (int i = 1; i <= 700; ++i) {
        some += std::string(i == 1 ? "" : ",") + R"({"stream":"cup-1","type":")" +
                (i % 7 == 0 ? "rare" : "filled") + "\"}";
        versions += std::to_string(i) + " ";
    }
    REQUIRE(of.post("/events", R"({"events":[)" + some + "]}").status == 201);
    CHECK(walk(of, "/events?limit=1000").versions == versions);
    CHECK(walk(of, "/events?limit=1000").pages == 1);
    CHECK(walk(of, "/streams/cup-1?limit=1000").versions == versions);
    CHECK(walk(of, "/streams/cup-1?limit=299").versions == versions);
    auto const rare = of.ask("GET", "/events?types=rare&limit=99&direction=backward");
    CHECK(json_at(rare.body, "events.98.position") == "14");
    CHECK(json_at(rare.body, "seen") == "1.700");
    CHECK(json_at(of.ask("GET", "/events?as_of=500&limit=1000").body, "seen") == "1.500");
    CHECK(json_at(of.ask("GET", "/events?types=none").body, "seen") == "1.700");
}
