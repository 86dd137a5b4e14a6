#include "edge/site_fixture.hpp"

#include <doctest/doctest.h>

#include <future>

using namespace diptych;
using namespace diptych::testing;
using namespace std::chrono_literals;

namespace {

std::string lend(site_fixture const& of, std::string const& book, std::string const& reader) {
    auto const answer =
        of.post("/commands/lend", R"({"book":")" + book + R"(","reader":")" + reader + "\"}");
    REQUIRE(answer.status == 201);
    return json_at(answer.body, "token");
}

}  // namespace

TEST_CASE("a view answers rows, its position, an entity tag and the next page") {
    site_fixture of;
    for (auto const* book : {"b1", "b2", "b3"}) lend(of, book, "ada");
    auto const first = of.ask("GET", "/views/loans?reader=eq.ada&limit=2");
    CHECK(first.status == 200);
    CHECK(first.headers.at("diptych-token") == "1.3");
    CHECK(json_at(first.body, "1.book") == "b2");
    auto const link = first.headers.at("link");
    auto const next = of.ask("GET", link.substr(1, link.find('>') - 1));
    CHECK(next.body == R"([{"book":"b3","reader":"ada"}])");
    CHECK_FALSE(next.headers.contains("link"));

    auto const tag = "If-None-Match: " + first.headers.at("etag") + "\r\n";
    CHECK(of.ask("GET", "/views/loans?reader=eq.ada&limit=2", tag).status == 304);
    CHECK(of.ask("GET", "/views/loans?reader=eq.ada", tag).status == 200);
}

TEST_CASE("what a view does not serve is refused by name") {
    site_fixture of;
    CHECK(of.ask("GET", "/views/loans?colour=eq.red").status == 400);
    auto const unknown = of.ask("GET", "/views/loan");
    CHECK(unknown.status == 404);
    CHECK(json_at(unknown.body, "detail").find("loans") != std::string::npos);
}

TEST_CASE("a query waits until the view shows its token") {
    site_fixture of;
    auto const token = lend(of, "b1", "ada");
    auto client = of.client();
    client.send(request_text("GET", "/views/readers?at_least=" + token));
    CHECK(of.ask("GET", "/views/readers").body == "[]");
    CHECK(client.has_nothing_to_read());
    of.views.step("readers").or_throw();
    auto const answer = client.read();
    CHECK(answer.status == 200);
    CHECK(answer.body == R"([{"reader":"ada","books":1}])");
}

TEST_CASE("a query that has waited long enough is told to come back") {
    site_fixture of({.wait_max = 5s});
    auto client = of.client();
    client.send(request_text("GET", "/views/readers?at_least=" + lend(of, "b1", "ada")));
    CHECK(of.ask("GET", "/views/readers").status == 200);
    std::optional<http_answer> answer;
    for (int i = 0; client.has_nothing_to_read() && i < 1'000; ++i) of.time.move_on(6s);
    answer = client.read();
    CHECK(answer->status == 503);
    CHECK(answer->headers.at("retry-after") == "1");
    CHECK(json_at(answer->body, "code") == "view_behind");
}

TEST_CASE("a token from elsewhere or from the future is refused at once") {
    site_fixture of;
    CHECK(of.ask("GET", "/views/loans?at_least=1.99").status == 400);
    CHECK(of.ask("GET", "/views/loans?at_least=9.1").status == 410);
    CHECK(of.ask("GET", "/views/loans?at_least=soon").status == 400);
    CHECK(of.ask("GET", "/views/none?at_least=1.0").status == 404);
}

TEST_CASE("more waiting queries than there is room for are told so, and stopping frees the rest") {
    site_fixture of({.waiting_max = 1});
    auto const token = lend(of, "b1", "ada");
    auto first = of.client();
    first.send(request_text("GET", "/views/readers?at_least=" + token));
    // One of the two has the only place; the other is turned away.
    auto second = of.client();
    second.send(request_text("GET", "/views/readers?at_least=" + token));
    auto stopper = std::async(std::launch::async, [&, sent = true] {
        while (first.has_nothing_to_read() && second.has_nothing_to_read())
            std::this_thread::yield();
        of.site.stop();
        return sent;
    });
    CHECK(first.read().status == 503);
    CHECK(second.read().status == 503);
    first.reset();
    second.reset();
    CHECK(stopper.get());
}

TEST_CASE("views are listed with how far they are") {
    site_fixture of;
    lend(of, "b1", "ada");
    auto const list = of.ask("GET", "/views");
    CHECK(json_at(list.body, "0.name") == "loans");
    CHECK(json_at(list.body, "0.inline") == "true");
    CHECK(json_at(list.body, "0.at") == "1.1");
    CHECK(json_at(list.body, "1.lag") == "1");
    CHECK(json_at(list.body, "1.state") == "running");
}
