#include "edge/fixture.hpp"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

using namespace diptych;
using namespace diptych::testing;
using namespace std::chrono_literals;

TEST_CASE("a connection serves one request after the other") {
    server_fixture at;
    auto client = at.client();
    for (int i = 0; i < 3; ++i) {
        auto const answer = client.ask("GET", "/a?x=1%202&y=b+c");
        CHECK(answer.status == 200);
        CHECK(answer.body == "GET /a x=1 2 y=b c ");
        CHECK(answer.headers.contains("date"));
        CHECK_FALSE(answer.headers.contains("connection"));
    }
    CHECK(at.server.statistics().accepted == 1);
}

TEST_CASE("answers go out in the order of the requests, whichever is ready first") {
    server_fixture at;
    auto client = at.client();
    client.send(request_text("GET", "/held/1") + request_text("GET", "/held/2"));
    client.send(request_text("POST", "/quick", {}, "third"));
    auto first = at.held.next();
    auto second = at.held.next();
    second.to.answer({.body = "two"});
    CHECK(client.has_nothing_to_read());
    first.to.answer({.body = "one"});
    CHECK(client.read().body == "one");
    CHECK(client.read().body == "two");
    CHECK(client.read().body == "POST /quick third");
}

TEST_CASE("a pipeline longer than its bound is served completely, a part at a time") {
    server_fixture at({.limits = {.pipelined = 4}});
    auto client = at.client();
    std::string all;
    for (int i = 0; i < 500; ++i) all += request_text("GET", "/" + std::to_string(i));
    client.send(all);
    for (int i = 0; i < 500; ++i) CHECK(client.read().body == "GET /" + std::to_string(i) + " ");
}

TEST_CASE("no more of a pipeline is begun than its bound says") {
    server_fixture at({.limits = {.pipelined = 2}});
    auto client = at.client();
    auto const one = request_text("GET", "/held");
    client.send(one + one + one);
    auto first = at.held.next();
    auto second = at.held.next();
    auto other = at.client();  // proves that the server has gone on since
    CHECK(other.ask("GET", "/").status == 200);
    CHECK(at.held.empty());
    second.to.answer({.body = "2"});
    first.to.answer({.body = "1"});
    CHECK(client.read().body == "1");
    CHECK(client.read().body == "2");
    at.held.next().to.answer({.body = "3"});
    CHECK(client.read().body == "3");
}

TEST_CASE("a request may come byte by byte") {
    server_fixture at;
    auto client = at.client();
    for (char const c : request_text("POST", "/slow", "X-A: b\r\n", "body")) client.send({&c, 1});
    CHECK(client.read().body == "POST /slow body");
}

TEST_CASE("a chunked body is put together, and its trailers are ignored") {
    server_fixture at;
    auto client = at.client();
    client.send(
        "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3\r\nabc\r\n4;ext=1\r\ndefg\r\n0\r\nHost: y\r\n\r\n"
    );
    CHECK(client.read().body == "POST /c abcdefg");
    CHECK(client.ask("GET", "/next").status == 200);
}

TEST_CASE("a large answer and a large body arrive whole") {
    server_fixture at;
    auto client = at.client();
    std::string const large(5'000'000, 'x');
    std::jthread const sender([&] { client.send(request_text("POST", "/", {}, large)); });
    auto const answer = client.read();
    CHECK(answer.body.size() == large.size() + 7);
}

TEST_CASE("HEAD is answered as GET, without the body") {
    server_fixture at;
    auto client = at.client();
    auto const answer = client.ask("HEAD", "/a");
    CHECK(answer.status == 200);
    CHECK(answer.headers.at("content-length") == "8");
    CHECK(client.ask("GET", "/b").body == "GET /b ");
}

TEST_CASE("who expects 100 Continue gets it before he sends the body") {
    server_fixture at;
    auto client = at.client();
    client.send("POST /e HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    CHECK(client.read().status == 100);
    client.send("body");
    CHECK(client.read().body == "POST /e body");
}

TEST_CASE("HTTP/1.0 is answered and its connection closed") {
    server_fixture at;
    auto client = at.client();
    client.send("GET /old HTTP/1.0\r\n\r\n");
    auto const answer = client.read();
    CHECK(answer.status == 200);
    CHECK(answer.headers.at("connection") == "close");
    CHECK(client.is_closed_by_server());
}

TEST_CASE("Connection: close is obeyed") {
    server_fixture at;
    auto client = at.client();
    auto const answer = client.ask("GET", "/", "Connection: close\r\n");
    CHECK(answer.headers.at("connection") == "close");
    CHECK(client.is_closed_by_server());
}

TEST_CASE("who stops sending still gets his answers") {
    server_fixture at;
    auto client = at.client();
    client.send(request_text("GET", "/held"));
    client.stop_sending();
    at.held.next().to.answer({.body = "late"});
    CHECK(client.read().body == "late");
    CHECK(client.is_closed_by_server());
}

TEST_CASE("a handler that throws, or ends without an answer, is answered 500") {
    server_fixture at;
    auto client = at.client();
    CHECK(client.ask("GET", "/throw").status == 500);
    auto const answer = client.ask("GET", "/drop");
    CHECK(answer.status == 500);
    CHECK(answer.headers.at("content-type") == "application/problem+json");
    CHECK(answer.body.find("\"code\":\"no_answer\"") != std::string::npos);
    CHECK(client.ask("GET", "/").status == 200);
}

TEST_CASE("an answer may be made on the I/O thread, when its turn has come") {
    server_fixture at;
    auto client = at.client();
    client.send(request_text("GET", "/held") + request_text("POST", "/later", {}, "made"));
    at.held.next().to.answer({.body = "first"});
    CHECK(client.read().body == "first");
    CHECK(client.read().body == "made");
}

TEST_CASE("an answer to somebody who has left is no harm, also after the server has stopped") {
    std::vector<held_requests::held> late;
    {
        server_fixture at;
        auto client = at.client();
        client.send(request_text("GET", "/held"));
        late.push_back(at.held.next());
        client.reset();
        auto other = at.client();
        other.send(request_text("GET", "/held"));
        late.push_back(at.held.next());
        late[0].to.answer({});
        CHECK(at.client().ask("GET", "/").status == 200);
        other.reset();
    }
    late[1].to.answer({});
}

TEST_CASE("one connection too many is told so and closed") {
    server_fixture at({.limits = {.connections = 2}});
    auto one = at.client();
    auto two = at.client();
    CHECK(one.ask("GET", "/").status == 200);
    CHECK(two.ask("GET", "/").status == 200);
    auto three = at.client();
    auto const answer = three.read();
    CHECK(answer.status == 503);
    CHECK(answer.body.ends_with("}"));
    CHECK(three.is_closed_by_server());
    CHECK(at.server.statistics().turned_away == 1);
    CHECK(one.ask("GET", "/").status == 200);
}

TEST_CASE("addresses that cannot be listened on are refused with the reason") {
    auto const start = [](std::string address) {
        edge::server server({.address = std::move(address)}, [](http::request, http::responder) {});
        auto const started = server.start();
        REQUIRE_FALSE(started.has_value());
        return started.error();
    };
    CHECK(start("nonsense").kind == errc::invalid);
    CHECK(start("example.org:80").kind == errc::invalid);
    CHECK(start("127.0.0.1:70000").kind == errc::invalid);
    server_fixture at;
    auto const taken = start("127.0.0.1:" + std::to_string(at.server.port()));
    CHECK(taken.kind == errc::unavailable);
    CHECK(taken.message.find("in use") != std::string::npos);
}

TEST_CASE("loopback addresses are told from others") {
    CHECK(edge::is_loopback("127.0.0.1:1").value());
    CHECK(edge::is_loopback("localhost:1").value());
    CHECK(edge::is_loopback("[::1]:1").value());
    CHECK(edge::is_loopback("8080").value());
    CHECK_FALSE(edge::is_loopback("0.0.0.0:1").value());
    CHECK_FALSE(edge::is_loopback("*:1").value());
    CHECK_FALSE(edge::is_loopback("10.0.0.1:1").value());
}
