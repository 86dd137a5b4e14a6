#include "edge/append_body.hpp"
#include "edge/declared_events.hpp"
#include "edge/site_fixture.hpp"
#include "log/hash.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace diptych;
using namespace diptych::testing;

namespace {

constexpr auto one_event = R"({"events":[{"stream":"cup-1","type":"filled","data":{"ml":200}}]})";

std::string path_of_fault(std::string_view body) {
    auto const parsed = edge::parse_append(body);
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error().kind == errc::invalid);
    return parsed.error().facts.at(0).second;
}

}  // namespace

TEST_CASE("events are appended to several streams at once and read back as they were sent") {
    site_fixture of;
    auto const answer = of.post(
        "/events",
        R"({"events":[
            {"stream":"cup-1","type":"filled","tags":["tea-t1"],"data":{"ml": 200},"metadata":{"user":"ada"}},
            {"stream":"cup-2","type":"broken","id":"0198c5a0-7b1e-7cc3-98c4-dc0c0c07398f"}],
            "expect":{"cup-1":"no_stream","cup-2":0,"cup-3":"any"}})"
    );
    CHECK(answer.status == 201);
    CHECK(json_at(answer.body, "token") == "1.2");
    CHECK(json_at(answer.body, "versions") == R"({"cup-1":1,"cup-2":1})");
    auto const read = of.ask("GET", "/events");
    CHECK(json_at(read.body, "events.0.data") == R"({"ml": 200})");
    CHECK(json_at(read.body, "events.0.metadata.user") == "ada");
    CHECK(json_at(read.body, "events.0.tags") == R"(["tea-t1"])");
    CHECK(json_at(read.body, "events.1.id") == "0198c5a0-7b1e-7cc3-98c4-dc0c0c07398f");
    CHECK(json_at(read.body, "seen") == "1.2");
    CHECK(json_at(read.body, "at_end") == "true");
}

TEST_CASE("an event of a declared type is recorded only if states could fold it") {
    site_fixture of;
    auto const append = [&](std::string_view type, std::string_view data) {
        return of.post(
            "/events",
            fmt::format(
                R"({{"events":[{{"stream":"cup-1","type":"filled"}},
                    {{"stream":"book-b1","type":"{}","data":{}}}]}})",
                type,
                data
            )
        );
    };
    auto const refused = append("lending.lent", R"({"book":"b1","reader":7})");
    CHECK(refused.status == 400);
    CHECK(json_at(refused.body, "type") == "urn:diptych:event_misfit");
    CHECK(json_at(refused.body, "path") == "events/1/data/reader");
    CHECK(json_at(of.ask("GET", "/events").body, "events") == "[]");

    CHECK(append("lending.lent", R"({"book":"b1","reader":"ada","shelf":3})").status == 201);
    CHECK(append("elsewhere.lent", R"({"book":{"is":"anything"}})").status == 201);
    CHECK(of.post("/commands/lend", R"({"book":"b1","reader":"bob"})").status == 409);
}

TEST_CASE("the path to what a type does not have is told as it is") {
    site_fixture of;
    auto const refused = of.post(
        "/events",
        R"({"events":[{"stream":"book-b1","type":"lending.repaired",
            "data":{"book":"b1","cost":2,"hours":{"Ann \"Bee\"":"many"}}}]})"
    );
    CHECK(refused.status == 400);
    CHECK(json_at(refused.body, "path") == "events/0/data/hours/Ann \"Bee\"");
    CHECK(json_at(refused.body, "detail").starts_with("events/0/data/hours/Ann \"Bee\" is not"));
}

TEST_CASE("an append recorded before its type was declared gets its first answer again") {
    site_fixture of;
    auto const body = [](std::string_view cost, std::string_view id = {}) {
        return fmt::format(
            R"({{"events":[{{"stream":"book-b1","type":"lending.repaired",{}
                "data":{{"book":"b1","cost":{}}}}}]}})",
            id,
            cost
        );
    };
    auto const record = [&](std::string const& text, std::optional<command_key> key) {
        auto request = edge::parse_append(text).or_throw();
        request.command = std::move(key);
        return of.log->append(std::move(request)).or_throw().at;
    };
    auto const with_key = body(R"("much")");
    auto const digest = log::sha256({with_key});
    record(with_key, command_key{.caller = "anonymous", .id = "k1", .digest = digest});
    auto const with_id = body(R"("more")", R"("id":"0198c5a0-7b1e-7cc3-98c4-dc0c0c07398f",)");
    record(with_id, std::nullopt);

    auto const by_key = of.post("/events", with_key, "Idempotency-Key: k1\r\n");
    CHECK(by_key.status == 201);
    CHECK(json_at(by_key.body, "token") == "1.1");
    CHECK(json_at(by_key.body, "repeated") == "true");
    auto const by_id = of.post("/events", with_id);
    CHECK(by_id.status == 201);
    CHECK(json_at(by_id.body, "token") == "1.2");
    CHECK(of.post("/events", body("[]"), "Idempotency-Key: k1\r\n").status == 422);
    auto const fresh = of.post("/events", with_key, "Idempotency-Key: k2\r\n");
    CHECK(fresh.status == 400);
    CHECK(json_at(fresh.body, "path") == "events/0/data/cost");
    CHECK(of.log->end().position.value == 2);
}

TEST_CASE("what an inline view cannot take is told as a fault of the body, with view and place") {
    site_fixture of;
    auto const refused = of.post(
        "/events",
        R"({"events":[{"stream":"till-1","type":"till.paid","data":{"receipt":7,"amount":"all"}}]})"
    );
    CHECK(refused.status == 400);
    CHECK(json_at(refused.body, "code") == "event_misfit");
    CHECK(json_at(refused.body, "view") == "takings");
    CHECK(json_at(refused.body, "path") == "amount");
    CHECK(json_at(refused.body, "detail").find("expected") != std::string::npos);
    CHECK(json_at(of.ask("GET", "/events").body, "events") == "[]");
}

TEST_CASE("a context made by hand need not say what its events have") {
    model::context by_hand;
    by_hand.events.emplace_back().type = "kettle.boiled";
    model::context const* const contexts[] = {&by_hand};
    event_data const boiled{.stream = "kettle-1", .type = "kettle.boiled", .data = R"({"at":1})"};
    CHECK(edge::check_declared({&boiled, 1}, contexts).has_value());
}

TEST_CASE("an append whose condition does not hold names the event that won") {
    site_fixture of;
    CHECK(of.post("/events", one_event).headers.at("etag") == "\"1\"");
    auto const late = of.post(
        "/events",
        R"({"events":[{"stream":"cup-1","type":"drunk"}],"expect":{"cup-1":"no_stream"}})"
    );
    CHECK(late.status == 412);
    CHECK(json_at(late.body, "type") == "urn:diptych:stream_version");
    CHECK(json_at(late.body, "stream") == "cup-1");
    CHECK(json_at(late.body, "event") == R"({"position":1,"type":"filled","stream":"cup-1"})");
    CHECK(has_each_member_once(late.body));
    auto const unless = [&](std::string const& after) {
        return of.post(
            "/events",
            R"({"events":[{"stream":"cup-9","type":"drunk"}],"unless":{"query":[{"types":["filled"]}],"after":")" +
                after + "\"}}"
        );
    };
    CHECK(unless("1.0").status == 412);
    CHECK(unless("1.1").status == 201);
    CHECK(unless("1.99").status == 400);
    CHECK(unless("7.1").status == 410);
}

TEST_CASE("a repeated append gets the first answer") {
    site_fixture of;
    auto const key = "Idempotency-Key: a1\r\n";
    CHECK(of.post("/events", one_event, key).status == 201);
    auto const again = of.post("/events", one_event, key);
    CHECK(again.status == 201);
    CHECK(json_at(again.body, "token") == "1.1");
    CHECK(json_at(again.body, "repeated") == "true");
    auto const other = of.post("/events", R"({"events":[{"stream":"cup-1","type":"drunk"}]})", key);
    CHECK(other.status == 422);
    CHECK(of.log->end().position.value == 1);
}

TEST_CASE("a malformed append is told where the fault is") {
    CHECK(path_of_fault("{") == R"("")");
    CHECK(path_of_fault("[]") == R"("")");
    CHECK(path_of_fault("{}") == R"("events")");
    CHECK(path_of_fault(R"({"events":[],"extra":1})") == R"("extra")");
    CHECK(path_of_fault(R"({"events":[{"type":"t"}]})") == R"("events/0/stream")");
    CHECK(path_of_fault(R"({"events":[{"stream":"s-1","type":""}]})") == R"("events/0/type")");
    CHECK(path_of_fault(R"({"events":[{"stream":"s-1","type":"$x"}]})") == R"("events/0/type")");
    CHECK(
        path_of_fault(R"({"events":[{"stream":"s-1","type":"t","data":[]}]})") ==
        R"("events/0/data")"
    );
    CHECK(
        path_of_fault(R"({"events":[{"stream":"s-1","type":"t","metadata":"x"}]})") ==
        R"("events/0/metadata")"
    );
    CHECK(
        path_of_fault(R"({"events":[{"stream":"s-1","type":"t","tags":["a",1]}]})") ==
        R"("events/0/tags/1")"
    );
    CHECK(
        path_of_fault(R"({"events":[{"stream":"s-1","type":"t","id":"7"}]})") == R"("events/0/id")"
    );
    CHECK(path_of_fault(R"({"events":[],"expect":{"s-1":"maybe"}})") == R"("expect/s-1")");
    CHECK(path_of_fault(R"({"events":[],"expect":{"s-1":-1}})") == R"("expect/s-1")");
    CHECK(path_of_fault(R"({"events":[],"unless":{}})") == R"("unless/query")");
    CHECK(
        path_of_fault(R"({"events":[],"unless":{"query":[{"kinds":[]}]}})") ==
        R"("unless/query/0/kinds")"
    );
    CHECK(
        path_of_fault(R"({"events":[],"unless":{"query":[{}],"after":"x"}})") == R"("unless/after")"
    );
}

TEST_CASE("a stream is read page by page in both directions") {
    site_fixture of;
    for (int i = 0; i < 5; ++i) of.post("/events", one_event);
    auto page = of.ask("GET", "/streams/cup-1?limit=2");
    CHECK(page.headers.at("etag") == "\"5\"");
    CHECK(page.headers.at("link") == "</streams/cup-1?from=3&limit=2>; rel=\"next\"");
    page = of.ask("GET", "/streams/cup-1?from=5&limit=2");
    CHECK(json_at(page.body, "events.0.version") == "5");
    CHECK_FALSE(page.headers.contains("link"));
    page = of.ask("GET", "/streams/cup-1?direction=backward&limit=2");
    CHECK(json_at(page.body, "events.0.version") == "5");
    CHECK(
        page.headers.at("link") ==
        "</streams/cup-1?from=3&direction=backward&limit=2>; rel=\"next\""
    );
    CHECK(of.ask("GET", "/streams/cup-1", "If-None-Match: \"5\"\r\n").status == 304);
    CHECK(of.ask("GET", "/streams/cup-1", "If-None-Match: \"4\"\r\n").status == 200);
    CHECK(json_at(of.ask("GET", "/streams/cup-1?as_of=2").body, "events.1.version") == "2");
    CHECK(json_at(of.ask("GET", "/streams/cup-1?as_of=2").body, "events.2").empty());
    for (auto const* const target : {"/streams/cup-1?as_of=", "/events?as_of="}) {
        CHECK(of.ask("GET", std::string(target) + "2026-03-01T12:30:00Z").status == 200);
        auto const vague = of.ask("GET", std::string(target) + "2026-11-22");
        CHECK(vague.status == 400);
        CHECK(json_at(vague.body, "parameter") == "as_of");
        CHECK(
            json_at(vague.body, "detail") ==
            "as_of must be a token like 1.42, a position or a time like 2026-03-01T12:30:00Z, "
            "not '2026-11-22'"
        );
    }
    CHECK(json_at(of.ask("GET", "/streams/none").body, "version") == "0");
    CHECK(of.ask("GET", "/streams/cup-1?limit=0").status == 400);
    CHECK(of.ask("GET", "/streams/cup-1?limt=1").status == 400);
}

TEST_CASE("the log is read by type, tag and category, and on from where it was left") {
    site_fixture of;
    of.post(
        "/events",
        R"({"events":[{"stream":"cup-1","type":"filled","tags":["tea-t1"]},
                      {"stream":"pot-1","type":"filled"},{"stream":"cup-1","type":"drunk"},
                      {"stream":"cup-2","type":"filled"}]})"
    );
    CHECK(json_at(of.ask("GET", "/events?types=drunk,broken").body, "events.0.position") == "3");
    CHECK(json_at(of.ask("GET", "/events?tags=tea-t1").body, "events.0.position") == "1");
    CHECK(
        json_at(of.ask("GET", "/events?tags=cup-1&types=drunk").body, "events.0.position") == "3"
    );
    CHECK(json_at(of.ask("GET", "/events?category=pot").body, "events.0.position") == "2");
    auto const page = of.ask("GET", "/events?types=filled&limit=2");
    CHECK(json_at(page.body, "events.1.position") == "2");
    CHECK(json_at(page.body, "at_end") == "false");
    auto const link = page.headers.at("link");
    auto const next = link.substr(1, link.find('>') - 1);
    CHECK(json_at(of.ask("GET", next).body, "events.0.position") == "4");
    CHECK(
        json_at(of.ask("GET", "/events?direction=backward&limit=1").body, "events.0.position") ==
        "4"
    );
    CHECK(of.ask("GET", "/events?after=1.99").status == 400);
    CHECK(of.ask("GET", "/events?after=9.1").status == 410);
    CHECK(of.ask("GET", "/events?after=9.0").status == 410);
    CHECK(of.ask("GET", "/events?after=1.0").status == 200);
    CHECK(of.ask("GET", "/events?after=soon").status == 400);
}

TEST_CASE("a follower gets what there is and then what comes") {
    site_fixture of;
    of.post("/events", one_event);
    auto client = of.client();
    client.send(request_text("GET", "/events", "Accept: text/event-stream\r\n"));
    CHECK(client.read_head().headers.at("content-type") == "text/event-stream");
    auto const first = client.read_stream_to("\n\n");
    CHECK(first.starts_with("id: 1.1\nevent: filled\ndata: {"));
    of.post("/events", one_event);
    CHECK(client.read_stream_to("\n\n").starts_with("id: 1.2\n"));
}

TEST_CASE("a follower resumes after the last id he got") {
    site_fixture of;
    for (int i = 0; i < 3; ++i) of.post("/events", one_event);
    auto client = of.client();
    client.send(request_text(
        "GET", "/events?after=1.0", "Accept: text/event-stream\r\nLast-Event-ID: 1.2\r\n"
    ));
    client.read_head();
    CHECK(client.read_stream_to("\n\n").starts_with("id: 1.3\n"));
    auto const stale = [&](std::string const& id) {
        return of.ask(
            "GET", "/events", "Accept: text/event-stream\r\nLast-Event-ID: " + id + "\r\n"
        );
    };
    CHECK(stale("9.1").status == 410);
    CHECK(stale("1.99").status == 400);
}

TEST_CASE("a follower to whom nothing applies still advances, by heartbeats") {
    site_fixture of({.heartbeat = std::chrono::seconds{15}});
    auto client = of.client();
    client.send(request_text("GET", "/events?types=rare", "Accept: text/event-stream\r\n"));
    client.read_head();
    of.post("/events", one_event);
    of.post("/events", one_event);
    of.time.move_on(std::chrono::seconds{16});
    CHECK(client.read_stream_to("\n\n") == ": heartbeat\nid: 1.2\n\n");
    of.post("/events", R"({"events":[{"stream":"cup-1","type":"rare"}]})");
    CHECK(client.read_stream_to("\n\n").starts_with("id: 1.3\nevent: rare\n"));
}

TEST_CASE("a follower far behind gets everything, however much it is") {
    site_fixture of;
    std::string const large(200'000, 'x');
    std::string const body =
        R"({"events":[{"stream":"cup-1","type":"big","data":{"text":")" + large + R"("}}]})";
    for (int i = 0; i < 20; ++i) CHECK(of.post("/events", body).status == 201);
    auto client = of.client();
    client.send(request_text("GET", "/events", "Accept: text/event-stream\r\n"));
    client.read_head();
    for (int i = 1; i <= 20; ++i)
        CHECK(client.read_stream_to("\n\n").starts_with("id: 1." + std::to_string(i) + "\n"));
}

TEST_CASE("a page links to the next one by a token, in both directions") {
    site_fixture of;
    for (int i = 0; i < 3; ++i) of.post("/events", one_event);
    auto const forward = of.ask("GET", "/events?limit=1");
    CHECK(forward.headers.at("link") == "</events?after=1.1&limit=1>; rel=\"next\"");
    auto const backward = of.ask("GET", "/events?limit=1&direction=backward");
    CHECK(
        backward.headers.at("link") ==
        "</events?after=1.3&limit=1&direction=backward>; rel=\"next\""
    );
}

TEST_CASE("engine is true or false and nothing else") {
    site_fixture of;
    of.post("/events", one_event);
    for (auto const* path : {"/events", "/streams/cup-1"}) {
        CHECK(of.ask("GET", path + std::string("?engine=true")).status == 200);
        CHECK(of.ask("GET", path + std::string("?engine=false")).status == 200);
        auto const wrong = of.ask("GET", path + std::string("?engine=maybe"));
        CHECK(wrong.status == 400);
        CHECK(json_at(wrong.body, "parameter") == "engine");
    }
    auto const stream = of.ask("GET", "/events?engine=maybe", "Accept: text/event-stream\r\n");
    CHECK(stream.status == 400);
}
