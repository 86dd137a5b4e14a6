#include "edge/site_fixture.hpp"

#include <doctest/doctest.h>

using namespace diptych;
using namespace diptych::testing;

TEST_CASE("an accepted command answers with its token, its events and where to read the result") {
    site_fixture of;
    auto const answer = of.post("/commands/lend", R"({"book":"b1","reader":"ada"})");
    CHECK(answer.status == 201);
    CHECK(answer.headers.at("location") == "/views/loans?book=eq.b1");
    CHECK(json_at(answer.body, "outcome") == "accepted");
    CHECK(json_at(answer.body, "token") == "1.1");
    CHECK(json_at(answer.body, "events.0.type") == "lending.lent");
    CHECK(json_at(answer.body, "events.0.stream") == "book-b1");
    auto const read = of.ask("GET", answer.headers.at("location"));
    CHECK(read.body == R"([{"book":"b1","reader":"ada"}])");
}

TEST_CASE("a command that says nothing of a result is answered 200, with its full name too") {
    site_fixture of;
    auto const answer = of.post("/commands/lending.give_back", R"({"book":"b1"})");
    CHECK(answer.status == 200);
    CHECK(json_at(answer.body, "events") == "[]");
}

TEST_CASE("a refusal is answered 409 with reason and detail") {
    site_fixture of;
    of.post("/commands/lend", R"({"book":"b1","reader":"ada"})");
    auto const answer = of.post("/commands/lend", R"({"book":"b1","reader":"bob"})");
    CHECK(answer.status == 409);
    CHECK(answer.headers.at("content-type") == "application/problem+json");
    CHECK(json_at(answer.body, "reason") == "already_lent");
    CHECK(json_at(answer.body, "detail") == "b1 is away");
    CHECK(json_at(answer.body, "status") == "409");
}

TEST_CASE("a malformed command is answered 400 with the path of the fault") {
    site_fixture of;
    auto const answer = of.post("/commands/lend", R"({"book":"b1","reader":7})");
    CHECK(answer.status == 400);
    CHECK(json_at(answer.body, "path") == "reader");
    CHECK(of.post("/commands/lend", "{").status == 400);
    CHECK(of.log->end().position.value == 0);
}

TEST_CASE("an unknown command is answered 404 with the nearest name") {
    site_fixture of;
    auto const answer = of.post("/commands/lendd", "{}");
    CHECK(answer.status == 404);
    CHECK(json_at(answer.body, "nearest") == "lend");
}

TEST_CASE("the same Idempotency-Key gets the first answer, other bytes under it 422") {
    site_fixture of;
    auto const body = R"({"book":"b1","reader":"ada"})";
    auto const key = "Idempotency-Key: k1\r\n";
    auto const first = of.post("/commands/lend", body, key);
    auto const again = of.post("/commands/lend", body, key);
    CHECK(again.status == 201);
    CHECK(json_at(again.body, "token") == json_at(first.body, "token"));
    CHECK(json_at(again.body, "repeated") == "true");
    CHECK(of.post("/commands/lend", R"({"book":"b2","reader":"ada"})", key).status == 422);
    CHECK(of.log->end().position.value == 1);
}

TEST_CASE("If-Match is answered 412 with the events between, once something has changed") {
    site_fixture of;
    auto const first = of.post("/commands/lend", R"({"book":"b1","reader":"ada"})");
    of.post("/commands/give_back", R"({"book":"b1"})");
    auto const stale = of.post(
        "/commands/lend",
        R"({"book":"b1","reader":"bob"})",
        "If-Match: \"" + json_at(first.body, "token") + "\"\r\n"
    );
    CHECK(stale.status == 412);
    CHECK(json_at(stale.body, "type") == "urn:diptych:changed");
    CHECK(json_at(stale.body, "event.type") == "lending.returned");
    CHECK(has_each_member_once(stale.body));
    CHECK(json_at(stale.body, "events.0.type") == "lending.returned");
    CHECK(
        of.post("/commands/lend", R"({"book":"b1","reader":"bob"})", "If-Match: 1.2\r\n").status ==
        201
    );
    CHECK(of.post("/commands/lend", "{}", "If-Match: soon\r\n").status == 400);
}

TEST_CASE("correlation, causation, user, reason and trace go into the metadata") {
    site_fixture of;
    of.post(
        "/commands/lend",
        R"({"book":"b1","reader":"ada"})",
        "X-Correlation-Id: c7\r\nX-Causation-Id: m3\r\nX-User: ada\r\nX-Reason: birthday\r\n"
        "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n"
    );
    auto const read = of.ask("GET", "/streams/book-b1");
    auto const metadata = json_at(read.body, "events.0.metadata");
    for (auto const* expected : {"c7", "m3", "ada", "birthday", "00f067aa0ba902b7"})
        CHECK_MESSAGE(metadata.find(expected) != std::string::npos, metadata);
}

TEST_CASE("many commands in one pipeline are all answered, in order") {
    site_fixture of;
    auto client = of.client();
    std::string all;
    for (int i = 0; i < 50; ++i)
        all += request_text(
            "POST",
            "/commands/lend",
            {},
            R"({"book":"b)" + std::to_string(i) + R"(","reader":"ada"})"
        );
    client.send(all);
    for (int i = 0; i < 50; ++i)
        CHECK(json_at(client.read().body, "events.0.stream") == "book-b" + std::to_string(i));
}

TEST_CASE("a command may be decided in turn only, and an unknown way to decide is refused") {
    site_fixture of;
    auto const lend = [&](std::string const& book, std::string const& how) {
        return of.post(
            "/commands/lend",
            R"({"book":")" + book + R"(","reader":"ada"})",
            "Diptych-Concurrency: " + how + "\r\n"
        );
    };
    CHECK(lend("b1", "optimistic").status == 201);
    CHECK(of.log->statistics().redecided == 0);
    CHECK(lend("b2", "pessimistic").status == 201);
    CHECK(of.log->statistics().redecided == 1);
    auto const wrong = lend("b3", "hopeful");
    CHECK(wrong.status == 400);
    CHECK(json_at(wrong.body, "detail").find("hopeful") != std::string::npos);
}

TEST_CASE("a command says in words what it looks at, makes and refuses") {
    site_fixture of;
    auto const said = of.ask("GET", "/commands/lend");
    CHECK(said.status == 200);
    CHECK(said.headers.at("content-type") == "text/plain; charset=utf-8");
    CHECK(said.body.find("refuses   already_lent\n") != std::string::npos);
    CHECK(of.ask("GET", "/commands/lending.lend").body == said.body);
    auto const unknown = of.ask("GET", "/commands/lent");
    CHECK(unknown.status == 404);
    CHECK(json_at(unknown.body, "nearest") == "lend");
}

TEST_CASE("a list of events between that is cut off says that there are more") {
    site_fixture of;
    auto const first = of.post("/commands/lend", R"({"book":"b1","reader":"ada"})");
    auto const stale = [&] {
        return of.post(
            "/commands/lend",
            R"({"book":"b1","reader":"bob"})",
            "If-Match: " + json_at(first.body, "token") + "\r\n"
        );
    };
    auto const record = [&](int count) {
        std::string body;
        for (int i = 0; i < count; ++i)
            body += std::string(i == 0 ? "" : ",") +
                    R"({"stream":"book-b1","type":"lending.returned","data":{"book":"b1"}})";
        CHECK(of.post("/events", R"({"events":[)" + body + "]}").status == 201);
    };
    record(100);
    CHECK(json_at(stale().body, "events.99.type") == "lending.returned");
    CHECK(json_at(stale().body, "more").empty());
    record(1);
    CHECK(json_at(stale().body, "events.99.type") == "lending.returned");
    CHECK(json_at(stale().body, "events.100.type").empty());
    CHECK(json_at(stale().body, "more") == "true");
}

TEST_CASE("S2-16 several commands are one unit: one token, each sees those before it") {
    site_fixture of;
    auto const answer = of.post(
        "/commands",
        R"([{"name":"lend","command":{"book":"b1","reader":"ada"}},)"
        R"({"name":"lending.lend","command":{"book":"b2","reader":"ada"}}])"
    );
    CHECK(answer.status == 200);
    CHECK(json_at(answer.body, "token") == "1.2");
    CHECK(answer.headers.at("diptych-token") == "1.2");
    CHECK(json_at(answer.body, "events.0.stream") == "book-b1");
    CHECK(json_at(answer.body, "events.1.stream") == "book-b2");
    auto const twice = of.post(
        "/commands",
        R"([{"name":"lend","command":{"book":"b3","reader":"ada"}},)"
        R"({"name":"lend","command":{"book":"b3","reader":"bob"}}])"
    );
    CHECK(twice.status == 409);
}

TEST_CASE("S2-14 of several commands the one that refuses is named, and nothing is recorded") {
    site_fixture of;
    of.post("/commands/lend", R"({"book":"b1","reader":"ada"})");
    auto const answer = of.post(
        "/commands",
        R"([{"name":"lend","command":{"book":"b2","reader":"ada"}},)"
        R"({"name":"lend","command":{"book":"b1","reader":"bob"}}])"
    );
    CHECK(answer.status == 409);
    CHECK(json_at(answer.body, "reason") == "already_lent");
    CHECK(json_at(answer.body, "detail") == "b1 is away");
    CHECK(json_at(answer.body, "refused_by.place") == "1");
    CHECK(json_at(answer.body, "refused_by.command") == "lending.lend");
    CHECK(of.log->end().position.value == 1);
}

TEST_CASE("several commands that are malformed are answered 400 with the path of the fault") {
    site_fixture of;
    auto const fault = [&](std::string const& body) {
        auto const answer = of.post("/commands", body);
        CHECK_MESSAGE(answer.status == 400, answer.body);
        return json_at(answer.body, "path");
    };
    std::string const good = R"({"name":"lend","command":{"book":"b1","reader":"ada"}})";
    CHECK(
        fault("[" + good + R"(,{"name":"lend","command":{"book":"b1","reader":7}}])") ==
        "/1/command/reader"
    );
    CHECK(fault(R"([{"name":"lend","command":{"book":"b1","reader":7}}])") == "/0/command/reader");
    CHECK(fault("[" + good + R"(,{"name":"lend","command":7}])") == "/1/command");
    CHECK(fault("[" + good + R"(,{"name":"lend"}])") == "/1/command");
    CHECK(fault("[" + good + R"(,{"name":"lendd","command":{}}])") == "/1/name");
    CHECK(fault("[" + good + R"(,{"name":7,"command":{}}])") == "/1/name");
    CHECK(fault("[" + good + R"(,{"command":{}}])") == "/1/name");
    CHECK(fault("[" + good + R"(,{"name":"lend","command":{},"id":"x"}])") == "/1/id");
    CHECK(fault("[" + good + ",7]") == "/1");
    CHECK(fault(good).empty());
    fault("[]");
    fault("");
    std::string many = "[" + good;
    for (int i = 0; i < 256; ++i) many += "," + good;
    CHECK(json_at(of.post("/commands", many + "]").body, "code") == "too_many_commands");
    CHECK(of.log->end().position.value == 0);
}

TEST_CASE("several commands have one Idempotency-Key, and one If-Match") {
    site_fixture of;
    auto const lend = [&](std::string const& first, std::string const& header) {
        return of.post(
            "/commands",
            R"([{"name":"lend","command":{"book":")" + first +
                R"(","reader":"ada"}},{"name":"lend","command":{"book":"b2","reader":"ada"}}])",
            header
        );
    };
    auto const first = lend("b1", "Idempotency-Key: k1\r\n");
    auto const again = lend("b1", "Idempotency-Key: k1\r\n");
    CHECK(again.status == 200);
    CHECK(json_at(again.body, "repeated") == "true");
    CHECK(json_at(again.body, "token") == json_at(first.body, "token"));
    CHECK(lend("b3", "Idempotency-Key: k1\r\n").status == 422);
    CHECK(lend("b3", "If-Match: 1.1\r\n").status == 412);
    CHECK(of.log->end().position.value == 2);
}
