// What a site has besides commands, events and views: access, health, metrics, descriptions.
#include "edge/access.hpp"
#include "edge/json_schema.hpp"
#include "edge/router.hpp"
#include "edge/site_fixture.hpp"

#include <doctest/doctest.h>

#include <future>

using namespace diptych;
using namespace diptych::testing;

namespace {

struct asked {
    std::string title;
    std::string note = "none";
    std::optional<int> copies = {};
    static constexpr auto optional_fields = {"note"};
};

http::route route(std::string method, std::string pattern) {
    return {
        .method = std::move(method),
        .pattern = std::move(pattern),
        .answer = [](http::request const&) { return http::response{}; }
    };
}

}  // namespace

TEST_CASE("routes are found by form, literal segments before parameters") {
    edge::router router;
    REQUIRE(router.add(route("GET", "/a/{x}")));
    REQUIRE(router.add(route("GET", "/a/special")));
    REQUIRE(router.add(route("POST", "/a/{x}/{y}")));
    auto const find = [&](std::string method, std::string path) {
        http::request asked{.method = std::move(method), .path = std::move(path)};
        auto const found = router.find(asked);
        if (found.problem) return std::to_string(found.problem->status);
        auto text = found.route->pattern;
        for (auto const& [name, value] : asked.path_parameters) text += " " + name + "=" + value;
        return text;
    };
    CHECK(find("GET", "/a/b") == "/a/{x} x=b");
    CHECK(find("GET", "/a/special") == "/a/special");
    CHECK(find("HEAD", "/a/b%2Fc%20d") == "/a/{x} x=b/c d");
    CHECK(find("POST", "/a/1/2") == "/a/{x}/{y} x=1 y=2");
    CHECK(find("POST", "/a/b") == "405");
    CHECK(find("GET", "/a/") == "404");
    CHECK(find("GET", "/b") == "404");
    CHECK(find("GET", "/a/%zz") == "400");
    CHECK(find("GET", "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18") == "404");
}

TEST_CASE("routes that are malformed or collide are refused") {
    edge::router router;
    REQUIRE(router.add(route("GET", "/a/{x}")));
    CHECK_FALSE(router.add(route("GET", "/a/{y}")));
    CHECK_FALSE(router.add(route("GET", "a")));
    CHECK_FALSE(router.add(route("GET", "/a{x}")));
    CHECK_FALSE(router.add(route("GET", "/{}")));
    CHECK_FALSE(router.add({.method = "GET", .pattern = "/none"}));
    CHECK(router.add(route("PUT", "/a/{y}")));
}

TEST_CASE("an unknown path is answered with the nearest, a wrong method with those that work") {
    site_fixture of;
    auto const near = of.ask("GET", "/event");
    CHECK(near.status == 404);
    CHECK(json_at(near.body, "detail") == "there is nothing at /event; the nearest is /events");
    auto const wrong = of.ask("DELETE", "/events");
    CHECK(wrong.status == 405);
    CHECK(wrong.headers.at("allow") == "POST, GET, HEAD");
}

TEST_CASE("an application's routes run on worker threads, and their exceptions harm nobody else") {
    site_fixture
        of({.routes =
                {{.method = "GET",
                  .pattern = "/own/{name}",
                  .answer = [](http::request const& asked) {
                      if (asked.parameter("name") == "bad") throw std::runtime_error("on purpose");
                      if (asked.parameter("name") == "away")
                          (void)result<int>(fail(errc::unavailable, "view_behind", "ask later"))
                              .or_throw();
                      return http::json(200, "\"" + std::string(asked.parameter("name")) + "\"");
                  }}}});
    CHECK(of.ask("GET", "/own/good").body == "\"good\"");
    CHECK(of.ask("GET", "/own/bad").status == 500);
    auto const away = of.ask("GET", "/own/away");
    CHECK(away.status == 503);
    CHECK(json_at(away.body, "code") == "view_behind");
    CHECK(of.ask("GET", "/own/good").status == 200);
}

TEST_CASE("when all places for blocking work are taken, the answer is 503 and later") {
    std::promise<void> free;
    auto const freed = free.get_future().share();
    std::atomic<int> began = 0;
    site_fixture of(
        {.routes =
             {{.method = "GET",
               .pattern = "/slow",
               .answer =
                   [&, freed](http::request const&) {
                       ++began;
                       freed.wait();
                       return http::response{};
                   }}},
         .workers = 1,
         .queue_max = 1}
    );
    auto client = of.client();
    client.send(request_text("GET", "/slow"));
    while (began == 0) std::this_thread::yield();
    auto const refused = of.ask("GET", "/views");
    CHECK(refused.status == 503);
    CHECK(refused.headers.at("retry-after") == "1");
    CHECK(of.ask("GET", "/health/live").status == 200);
    free.set_value();
    CHECK(client.read().status == 200);
}

TEST_CASE("with a token, requests need it; without one, foreign pages are kept out") {
    site_fixture guarded({.token = "secret"});
    CHECK(guarded.ask("GET", "/views").status == 401);
    CHECK(guarded.ask("GET", "/views", "Authorization: Bearer wrong!\r\n").status == 401);
    CHECK(guarded.ask("GET", "/views", "Authorization: Bearer secret\r\n").status == 200);
    CHECK(guarded.ask("GET", "/views", "Authorization: bearer secret\r\n").status == 200);
    CHECK(guarded.ask("GET", "/views", "Authorization: Basic secret\r\n").status == 401);
    auto const probe = guarded.ask("GET", "/health");
    CHECK(probe.body == R"({"status":"ready"})");

    site_fixture open;
    CHECK(open.ask("GET", "/views", "Origin: http://localhost\r\n").status == 200);
    CHECK(open.ask("GET", "/views", "Origin: https://evil.example\r\n").status == 403);
    auto client = open.client();
    client.send("GET /views HTTP/1.1\r\nHost: evil.example\r\n\r\n");
    CHECK(client.read().status == 403);
}

TEST_CASE("secrets are compared whole") {
    CHECK(edge::same_secret("abc", "abc"));
    CHECK_FALSE(edge::same_secret("abc", "abd"));
    CHECK_FALSE(edge::same_secret("abcabc", "abc"));
    CHECK_FALSE(edge::same_secret("", "abc"));
}

TEST_CASE("serving other machines without a token is refused") {
    site_fixture of;
    edge::site open(
        {.log = *of.log, .commands = of.commands, .views = of.views, .time = system_clock()},
        {.server = {.address = "0.0.0.0:0"}}
    );
    auto const started = open.start();
    REQUIRE_FALSE(started.has_value());
    CHECK(started.error().kind == errc::denied);
    CHECK(started.error().code == "token_needed");
}

TEST_CASE("health says what is there and how far") {
    site_fixture of;
    of.post("/commands/lend", R"({"book":"b1","reader":"ada"})");
    auto const health = of.ask("GET", "/health");
    CHECK(health.status == 200);
    CHECK(json_at(health.body, "status") == "ready");
    CHECK(json_at(health.body, "log.end") == "1.1");
    CHECK(json_at(health.body, "log.writable") == "true");
    CHECK(json_at(health.body, "views.0.name") == "loans");
}

TEST_CASE("metrics count requests by route and status, and what the parts have done") {
    site_fixture of;
    of.post("/commands/lend", R"({"book":"b1","reader":"ada"})");
    of.post("/commands/lend", R"({"book":"b1","reader":"bob"})");
    of.post("/commands/give_back", R"({"book":"b2"})");
    of.post("/commands/give_back", R"({"book":2})");
    auto const text = of.ask("GET", "/metrics").body;
    auto const has = [&](std::string_view line) {
        CHECK_MESSAGE(text.find(line) != std::string::npos, line << " is not in\n" << text);
    };
    has("diptych_http_requests_total{method=\"POST\",route=\"/commands/{name}\",status=\"201\"} 1\n"
    );
    has("diptych_http_requests_total{method=\"POST\",route=\"/commands/{name}\",status=\"409\"} 1\n"
    );
    has("diptych_http_request_seconds_count{method=\"POST\",route=\"/commands/{name}\"} 4\n");
    has("diptych_log_position 1\n");
    has("diptych_commands_total{command=\"lending.lend\",outcome=\"accepted\"} 1\n");
    has("diptych_commands_total{command=\"lending.lend\",outcome=\"refused\"} 1\n");
    has("diptych_commands_received_total{command=\"lending.lend\"} 2\n");
    has("diptych_commands_skipped_total{command=\"lending.lend\"} 0\n");
    has("diptych_commands_received_total{command=\"lending.give_back\"} 2\n");
    has("diptych_commands_skipped_total{command=\"lending.give_back\"} 1\n");
    has("diptych_commands_total{command=\"lending.give_back\",outcome=\"invalid\"} 1\n");
    has("diptych_view_lag{view=\"readers\"} 1\n");
}

TEST_CASE("health and metrics tell of a process that is stuck, and since when it is not") {
    site_fixture of;
    of.post("/commands/lend", R"({"book":"b1","reader":"ada"})");
    while (of.fetching.step().or_throw()) continue;
    auto const well = of.ask("GET", "/health").body;
    CHECK(json_at(well, "processes.0.name") == "lending.fetching");
    CHECK(json_at(well, "processes.0.state") == "running");
    CHECK(json_at(well, "processes.0.at") == "1.1");
    CHECK(json_at(well, "processes.0.lag") == "0");
    CHECK(json_at(well, "processes.0.error").empty());

    of.post("/commands/lend", R"({"book":"b2","reader":"nobody"})");
    while (of.fetching.step().or_throw()) continue;
    auto const answer = of.ask("GET", "/health");
    CHECK(answer.status == 200);  // commands and views are as ready as before
    CHECK(json_at(answer.body, "processes.0.state") == "stuck");
    CHECK(json_at(answer.body, "processes.0.parked") == "1");
    CHECK(
        json_at(answer.body, "degraded.0") ==
        "process lending.fetching has parked inputs: 1; of them given up: 0"
    );
    CHECK(json_at(answer.body, "processes.0.dead") == "0");
    CHECK(
        json_at(answer.body, "processes.0.error.detail") ==
        "react of fetching threw std::out_of_range: reader"
    );
    auto const text = of.ask("GET", "/metrics").body;
    auto const has = [&](std::string_view line) {
        CHECK_MESSAGE(text.find(line) != std::string::npos, line << " is not in\n" << text);
    };
    has("diptych_process_running{process=\"lending.fetching\"} 0\n");
    has("diptych_process_parked{process=\"lending.fetching\"} 1\n");
    has("diptych_process_dead{process=\"lending.fetching\"} 0\n");
}

TEST_CASE("health and metrics tell of a command that failed, where its process does not react") {
    site_fixture of;
    of.post("/commands/lend", R"({"book":"cursed","reader":"thief"})");
    while (of.fetching.step().or_throw()) continue;
    auto const answer = of.ask("GET", "/health");
    CHECK(answer.status == 200);
    CHECK(json_at(answer.body, "processes.0.state") == "running");
    CHECK(json_at(answer.body, "processes.0.unheard_failures") == "1");
    CHECK(json_at(answer.body, "processes.0.error.detail").contains("nobody touches it"));
    auto const worry = json_at(answer.body, "degraded.0");
    CHECK(worry.starts_with(
        "process lending.fetching does not react to commands that have failed since the start: 1; "
        "lending.give_back ("
    ));
    CHECK(of.ask("GET", "/metrics")
              .body.contains(
                  "diptych_process_unheard_failures_total{process=\"lending.fetching\"} 1\n"
              ));
}

TEST_CASE("an instance of a process can be looked at, and what it is parked on tried or dropped") {
    site_fixture of;
    of.post("/commands/lend", R"({"book":"b1","reader":"nobody"})");
    of.post("/commands/lend", R"({"book":"b2","reader":"nobody"})");
    while (of.fetching.step().or_throw()) continue;
    CHECK(json_at(of.ask("GET", "/processes").body, "processes.0.parked") == "2");
    auto const first = of.ask("GET", "/processes/fetching/instances?state=parked&limit=1");
    CHECK(json_at(first.body, "instances.0.instance") == "book-b1");
    CHECK(
        first.headers.at("link") ==
        "</processes/fetching/instances?after=book-b1&limit=1&state=parked>; rel=\"next\""
    );
    auto const shown = of.ask("GET", "/processes/lending.fetching/instances/book-b1");
    CHECK(json_at(shown.body, "state") == "running");
    CHECK(json_at(shown.body, "dead_letters.0.position") == "1");
    CHECK(json_at(shown.body, "dead_letters.0.error.code") == "exception");
    CHECK(of.ask("GET", "/processes/fetching/instances/book-b9").status == 404);
    CHECK(of.ask("GET", "/processes/nobody/instances").status == 404);
    CHECK(of.ask("GET", "/processes/fetching/instances?state=lost").status == 400);

    auto const dropped = of.ask("DELETE", "/processes/fetching/dead-letters/1");
    CHECK(dropped.status == 204);
    CHECK(of.ask("DELETE", "/processes/fetching/dead-letters/1").status == 404);
    CHECK(of.ask("DELETE", "/processes/fetching/dead-letters/x").status == 400);
    auto const left = of.ask("GET", "/processes/fetching/dead-letters").body;
    CHECK(json_at(left, "dead_letters.0.position") == "2");
    auto const again = of.post("/processes/fetching/retry", "");
    CHECK(again.status == 202);
    CHECK(json_at(again.body, "instances") == "1");
    CHECK(of.post("/processes/fetching/instances/book-b1/retry", "").status == 404);
}

TEST_CASE("a schema says null only where it is taken") {
    json::writer to;
    edge::write_schema(to, json::form<asked>::describe().fields);
    auto const schema = json::parse(std::move(to).text()).or_throw();
    auto const members = schema.root().find("properties");
    CHECK(members->at("note.type")->raw() == R"("string")");
    CHECK(members->at("copies.type")->raw() == R"(["integer","null"])");
    CHECK(schema.root().find("required")->raw() == R"(["title"])");
}

TEST_CASE("openapi.json describes commands with fields and refusals, views with columns and filters"
) {
    site_fixture of({.routes = {route("PUT", "/own/{thing}")}});
    auto const document = json::parse(of.ask("GET", "/openapi.json").body).or_throw();
    auto const paths = document.root().find("paths");
    REQUIRE(paths);
    auto const lend = paths->find("/commands/lending.lend");
    REQUIRE(lend);
    auto const body = lend->at("post.requestBody.content");
    REQUIRE(body);
    auto const schema = body->find("application/json")->find("schema");
    CHECK(schema->at("properties.reader.type")->text() == "string");
    CHECK(schema->at("required")->raw() == R"(["book","reader"])");
    CHECK(lend->raw().find("already_lent") != std::string_view::npos);
    auto const loans = paths->find("/views/loans");
    REQUIRE(loans);
    CHECK(loans->at("get.parameters.0.name")->text() == "book");
    CHECK(paths->find("/own/{thing}")->at("put.parameters.0.name")->text() == "thing");
    CHECK(paths->find("/events")->find("get"));
    CHECK(paths->find("/events")->find("post"));
    CHECK(lend->at("post.responses.202"));
    for (auto const [path, methods] : paths->members())
        for (auto const [method, operation] : methods.members()) {
            CAPTURE(path);
            CAPTURE(method);
            CHECK(!operation.at("responses.default").has_value() == (path != "/own/{thing}"));
        }
}

TEST_CASE("the first page shows what there is, to people and to programs") {
    site_fixture of;
    auto const json = of.ask("GET", "/");
    CHECK(json_at(json.body, "commands.1") == "/commands/lending.lend");
    CHECK(json_at(json.body, "views.0") == "/views/loans");
    auto const html = of.ask("GET", "/", "Accept: text/html\r\n");
    CHECK(html.headers.at("content-type") == "text/html; charset=utf-8");
    CHECK(html.body.find("href=\"/views/loans\"") != std::string::npos);
}

TEST_CASE("stopping a site answers the commands it has taken") {
    site_fixture of;
    auto client = of.client();
    std::string all;
    for (int i = 0; i < 20; ++i)
        all += request_text(
            "POST", "/commands/lend", {}, R"({"book":"b)" + std::to_string(i) + R"(","reader":"a"})"
        );
    client.send(all);
    CHECK(client.read().status == 201);  // by then all are parsed
    std::jthread const stopper([&] { of.site.stop(); });
    for (int i = 1; i < 20; ++i) CHECK(client.read().status == 201);
    CHECK(client.is_closed_by_server());
}
