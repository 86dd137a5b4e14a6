#include "edge/inner_exchange.hpp"
#include "edge/site_fixture.hpp"
#include "edge/view_waits.hpp"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

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

TEST_CASE("a view answers the rows of an earlier token, position or time, page by page") {
    site_fixture of;
    for (auto const* book : {"b1", "b2", "b3", "b4"}) lend(of, book, "ada");
    auto const was = of.ask("GET", "/views/loans?as_of=1.3&limit=2");
    CHECK(was.status == 200);
    CHECK(was.headers.at("diptych-token") == "1.3");
    auto const link = was.headers.at("link");
    CHECK(link.find("as_of=1.3&") != std::string::npos);
    auto const next = of.ask("GET", link.substr(1, link.find('>') - 1));
    CHECK(next.body == R"([{"book":"b3","reader":"ada"}])");
    CHECK(of.ask("GET", "/views/loans?as_of=0").body == "[]");
    CHECK(of.ask("GET", "/views/loans?as_of=1970-01-01T00:00:00Z").body == "[]");
    CHECK(of.ask("GET", "/views/loans?as_of=4").body == of.ask("GET", "/views/loans").body);

    CHECK(of.ask("GET", "/views/loans?as_of=1.5").status == 400);
    CHECK(of.ask("GET", "/views/loans?as_of=yesterday").status == 400);
    CHECK(of.ask("GET", "/views/loans?as_of=1.1&at_least=1.1").status == 400);
    CHECK(of.ask("GET", "/views/loans?as_of=1.1", "Accept: text/event-stream\r\n").status == 400);
}

TEST_CASE("what a view does not serve is refused by name") {
    site_fixture of;
    CHECK(of.ask("GET", "/views/loans?colour=eq.red").status == 400);
    auto const unknown = of.ask("GET", "/views/loan");
    CHECK(unknown.status == 404);
    CHECK(json_at(unknown.body, "detail") == "there is no view 'loan'; did you mean 'loans'?");
}

namespace {

void pay(site_fixture const& of, int receipts) {
    for (int i = 1; i <= receipts; ++i) {
        auto const number = std::to_string(i);
        auto const answer = of.post(
            "/events",
            R"({"events":[{"stream":"till-)" + number +
                R"(","type":"till.paid","data":{"receipt":)" + number +
                R"(,"amount":1.5,"details":{"by":"ada","stars":)" + number + "}}}]}"
        );
        REQUIRE(answer.status == 201);
    }
}

}  // namespace

TEST_CASE("a path in a URL may have its arrows as they are or encoded") {
    site_fixture of;
    pay(of, 12);
    auto const expected = R"([{"receipt":12,"n":12},{"receipt":11,"n":11}])";
    for (std::string const arrow : {"->>", "-%3E%3E", "-%3e>"}) {
        CAPTURE(arrow);
        auto const found = of.ask(
            "GET",
            "/views/takings?details" + arrow + "stars=gt.9&details" + arrow +
                "by=eq.ada&order=details" + arrow + "stars.desc&limit=2&select=receipt,n:details" +
                arrow + "stars"
        );
        CHECK(found.status == 200);
        CHECK(found.body == expected);
        auto const link = found.headers.at("link");
        auto const next = of.ask("GET", link.substr(1, link.find('>') - 1));
        CHECK(next.body == R"([{"receipt":10,"n":10}])");
    }
    auto const either = of.ask("GET", "/views/takings?or=(receipt.eq.3,details->>stars.gte.12)");
    CHECK(json_at(either.body, "0.receipt") == "3");
    CHECK(json_at(either.body, "1.receipt") == "12");
    auto const unknown = of.ask("GET", "/views/takings?amount=eq.1");
    CHECK(unknown.status == 400);
    CHECK(json_at(unknown.body, "parameter") == "amount");
    CHECK(json_at(unknown.body, "detail").contains("filters on receipt, details->>* and"));
}

TEST_CASE("rows are counted on request, and Content-Range says which these are") {
    site_fixture of;
    pay(of, 5);
    auto const ask = [&](std::string const& target, std::string const& prefer = {}) {
        auto const headers = prefer.empty() ? "" : "Prefer: " + prefer + "\r\n";
        return of.ask("GET", "/views/takings?" + target, headers);
    };
    auto const plain = ask("limit=2");
    CHECK(plain.headers.at("content-range") == "0-1/*");
    CHECK_FALSE(plain.headers.contains("preference-applied"));
    auto const exact = ask("limit=2", "return=minimal, count=exact");
    CHECK(exact.headers.at("content-range") == "0-1/5");
    CHECK(exact.headers.at("preference-applied") == "count=exact");
    auto const page = ask("limit=2&page=3", "count=estimated");
    CHECK(page.headers.at("content-range") == "4-4/5");
    CHECK(page.headers.at("preference-applied") == "count=estimated");
    CHECK_FALSE(page.headers.contains("link"));
    CHECK(ask("page=9", "count=exact").headers.at("content-range") == "*/5");
    CHECK_FALSE(ask("page=9").headers.contains("content-range"));
    auto const link = exact.headers.at("link");
    auto const next = link.substr(link.find('?') + 1, link.find('>') - link.find('?') - 1);
    CHECK(ask(next, "count=exact").headers.at("content-range") == "*/5");

    auto const second = ask("page=1&limit=2").headers.at("link");
    CHECK(second == "</views/takings?limit=2&page=2>; rel=\"next\"");
    for (auto const* const bad : {"page=0", "page=-1", "page=x", "limit=0", "limit=1001"}) {
        CAPTURE(bad);
        auto const refused = ask(bad);
        CHECK(refused.status == 400);
        CHECK(std::string_view{bad}.starts_with(json_at(refused.body, "parameter") + "="));
    }
}

TEST_CASE("a view says how long its answers may be kept") {
    site_fixture of;
    CHECK(of.ask("GET", "/views/takings").headers.at("cache-control") == "max-age=60");
    auto const loans = of.ask("GET", "/views/loans");
    CHECK(loans.headers.at("cache-control") == "no-cache");
    auto const tag = "If-None-Match: " + loans.headers.at("etag") + "\r\n";
    auto const known = of.ask("GET", "/views/loans", tag);
    CHECK(known.status == 304);
    CHECK(known.headers.at("cache-control") == "no-cache");
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
    while (first.has_nothing_to_read() && second.has_nothing_to_read()) std::this_thread::yield();
    std::jthread const stopper([&] { of.site.stop(); });
    CHECK(first.read().status == 503);
    CHECK(second.read().status == 503);
    first.reset();
    second.reset();
}

TEST_CASE("stopping answers waiting queries: with rows whose view is there, the others with 503") {
    site_fixture of;
    auto const token = lend(of, "b1", "ada");
    std::vector<http_client> waiting;
    for (int i = 0; i < 8; ++i) {
        waiting.push_back(of.client());
        waiting.back().send(request_text(
            "GET", (i % 2 == 0 ? "/views/loans?at_least=" : "/views/readers?at_least=") + token
        ));
    }
    for (std::size_t i = 0; i < waiting.size(); i += 2) {
        CHECK(waiting[i].read().status == 200);
        waiting[i].send(request_text("GET", "/views/loans?at_least=" + token));
    }
    std::jthread const stopper([&] { of.site.stop(); });
    for (std::size_t i = 0; i < waiting.size(); ++i) {
        CAPTURE(i);
        auto const answer = waiting[i].read();
        CHECK(answer.status == (i % 2 == 0 ? 200 : 503));
        CHECK(answer.headers.contains("retry-after") == (i % 2 != 0));
    }
    waiting.clear();  // they have their answers: nothing is left to wait for
}

TEST_CASE("a query whose view got there unnoticed is answered when the site stops") {
    site_fixture of;
    auto const token = lend(of, "b1", "ada");
    edge::worker_pool pool(1, 8);
    edge::view_waits waits(
        of.views, pool, {.waiting_max = 8, .wait_max = 5s, .now = std::chrono::steady_clock::now}
    );
    auto const ask = [&](std::string view) {
        auto answered = std::make_shared<edge::inner_exchange>();
        waits.wait(
            std::move(view),
            parse_token(token).or_throw(),
            {},
            http::responder(answered),
            [](http::request const&, http::responder to) { to.answer(http::json(200, "[]")); }
        );
        return answered;
    };
    {
        waits.open();
        pool.stop();  // nobody looks any more when a view moves on
        auto const one = ask("readers");
        of.views.step("readers").or_throw();
        waits.close();
        CHECK(one->wait().status == 200);
    }
    CHECK(ask("readers")->wait().status == 200);
    auto const later = of.post("/commands/lend", R"({"book":"b2","reader":"ada"})");
    REQUIRE(later.status == 201);
    auto const behind = [&] {
        auto answered = std::make_shared<edge::inner_exchange>();
        waits.wait(
            "readers",
            parse_token(json_at(later.body, "token")).or_throw(),
            {},
            http::responder(answered),
            [](http::request const&, http::responder to) { to.answer(http::json(200, "[]")); }
        );
        return answered->wait();
    }();
    CHECK(behind.status == 503);
    CHECK(behind.headers.find("Retry-After") == "1");
}

TEST_CASE("a page of a view with large rows ends early, and the pages together have all of them") {
    site_fixture of;
    std::string const large(900'000, 'r');
    for (int i = 10; i < 30; ++i) lend(of, "b" + std::to_string(i), large);
    std::size_t rows = 0;
    std::size_t pages = 0;
    std::string last;
    for (std::string at = "/views/loans?limit=1000"; !at.empty(); ++pages) {
        auto const page = of.ask("GET", at);
        REQUIRE(page.status == 200);
        CHECK(page.body.size() < 10u << 20);
        auto const body = json::parse(page.body).or_throw();
        for (auto const row : body.root().elements()) {
            auto const book = std::string(row.find("book")->text());
            CHECK(book > last);
            last = book;
            ++rows;
        }
        auto const link = page.headers.find("link");
        at = link == page.headers.end() ? "" : link->second.substr(1, link->second.find('>') - 1);
    }
    CHECK(rows == 20);
    CHECK(pages == 2);
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
