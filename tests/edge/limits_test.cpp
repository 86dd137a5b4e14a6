// What strangers may send, and how long they may take.
#include "edge/fixture.hpp"
#include "edge/parser.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

using namespace diptych;
using namespace diptych::testing;
using namespace std::chrono_literals;

namespace {

/// The answer to bytes that end the connection.
http_answer answer_to(server_fixture& at, std::string_view bytes) {
    auto client = at.client();
    client.send(bytes);
    auto const answer = client.read();
    CHECK(answer.headers.at("connection") == "close");
    CHECK(answer.headers.at("content-type") == "application/problem+json");
    CHECK(client.is_closed_by_server());
    return answer;
}

}  // namespace

TEST_CASE("what is no HTTP is answered 400") {
    server_fixture at;
    CHECK(answer_to(at, "\x16\x03\x01 hello\r\n\r\n").status == 400);
    CHECK(answer_to(at, "GET\r\n\r\n").status == 400);
    CHECK(answer_to(at, "GET / FTP/1.1\r\n\r\n").status == 400);
    CHECK(answer_to(at, "GET nowhere HTTP/1.1\r\nHost: x\r\n\r\n").status == 400);
    CHECK(answer_to(at, "GET /?a=%zz HTTP/1.1\r\nHost: x\r\n\r\n").status == 400);
    CHECK(answer_to(at, "GET / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n").status == 400);
    CHECK(answer_to(at, "GET / HTTP/1.1\r\n\r\n").status == 400);
    CHECK(answer_to(at, "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n").status == 400);
}

TEST_CASE("bodies whose end is ambiguous are refused, so that no request hides in another") {
    server_fixture at;
    std::string const start = "POST / HTTP/1.1\r\nHost: x\r\n";
    CHECK(
        answer_to(at, start + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
            .status == 400
    );
    CHECK(
        answer_to(at, start + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n")
            .status == 400
    );
    CHECK(answer_to(at, start + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc").status == 400);
    CHECK(answer_to(at, start + "Content-Length: -1\r\n\r\n").status == 400);
    CHECK(
        answer_to(at, start + "Transfer-Encoding: gzip\r\n\r\nGET / HTTP/1.1\r\n\r\n").status == 501
    );
    CHECK(answer_to(at, start + "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n").status == 501);
    CHECK(answer_to(at, start + "Transfer-Encoding: chunked\r\n\r\nzz\r\n").status == 400);
}

TEST_CASE("versions and expectations that are not known are named") {
    server_fixture at;
    CHECK(answer_to(at, "GET / HTTP/2.0\r\nHost: x\r\n\r\n").status == 505);
    CHECK(answer_to(at, "GET / HTTP/1.1\r\nHost: x\r\nExpect: wonders\r\n\r\n").status == 417);
}

TEST_CASE("what is too long is answered with the status that says which part") {
    server_fixture at(
        {.limits = {.header_bytes = 4'000, .target_bytes = 1'000, .body_bytes = 10'000}}
    );
    std::string const start = "GET / HTTP/1.1\r\nHost: x\r\n";
    CHECK(answer_to(at, "GET /" + std::string(1'000, 'a') + " HTTP/1.1\r\n").status == 414);
    CHECK(answer_to(at, "GET /" + std::string(9'000, 'a')).status == 414);
    CHECK(answer_to(at, start + "X: " + std::string(5'000, 'a')).status == 431);
    CHECK(answer_to(at, start + "X: " + std::string(5'000, 'a') + "\r\n\r\n").status == 431);
    CHECK(answer_to(at, start + "Content-Length: 10001\r\n\r\n").status == 413);
    CHECK(
        answer_to(
            at, start + "Transfer-Encoding: chunked\r\n\r\n2711\r\n" + std::string(9'000, 'b')
        )
            .status == 413
    );
    CHECK(
        answer_to(
            at, start + "Transfer-Encoding: chunked\r\n\r\n0\r\nX: " + std::string(9'000, 'b')
        )
            .status == 431
    );
    CHECK(at.client().ask("POST", "/", {}, std::string(10'000, 'c')).status == 200);
}

TEST_CASE("headers have one limit, in however many pieces they come") {
    constexpr edge::parser_limits limits{
        .header_bytes = 1'000, .target_bytes = 500, .body_bytes = 100
    };
    std::string const start = "GET / HTTP/1.1\r\nHost: x\r\n";
    auto const with_fields = [&](std::size_t bytes) {
        auto header = start;
        while (header.size() + 17 <= bytes) header += "Xy: 4567\r\n";
        header += "Z: " + std::string(bytes - header.size() - 7, 'z') + "\r\n\r\n";
        REQUIRE(header.size() == bytes);
        return header;
    };
    for (auto const piece : {1'010, 500, 101, 11, 1}) {
        auto const status_of = [&](std::string_view bytes) {
            edge::request_parser parser(limits);
            std::string waiting;
            while (!bytes.empty() && !parser.fault()) {
                waiting += bytes.substr(0, static_cast<std::size_t>(piece));
                bytes.remove_prefix(std::min(bytes.size(), static_cast<std::size_t>(piece)));
                waiting.erase(0, parser.feed(waiting));
            }
            return parser.fault() ? parser.fault()->status : parser.is_complete() ? 200 : 0;
        };
        CAPTURE(piece);
        CHECK(status_of(with_fields(1'000)) == 200);
        CHECK(status_of(with_fields(1'020)) == 431);
        CHECK(status_of(with_fields(60'000)) == 431);
        CHECK(status_of("GET /" + std::string(2'000, 'a')) == 414);
    }
}

TEST_CASE("a chunked body may come byte by byte, also an empty one") {
    std::string const start = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (std::string_view const body : {"", "a", "abcdef"}) {
        auto bytes = start;
        if (!body.empty()) bytes.append(std::to_string(body.size())).append("\r\n").append(body);
        bytes += body.empty() ? "0\r\n\r\n" : "\r\n0\r\n\r\n";
        edge::request_parser parser({.header_bytes = 1'000, .target_bytes = 500, .body_bytes = 100}
        );
        std::string waiting;
        for (char const c : bytes) {
            CHECK_FALSE(parser.is_complete());
            waiting += c;
            waiting.erase(0, parser.feed(waiting));
        }
        REQUIRE(parser.is_complete());
        CHECK(parser.take().body == body);
    }
}

TEST_CASE("headers that take too long are answered 408") {
    server_fixture at({.limits = {.header_time = 10s}});
    auto client = at.client();
    client.send("GET / HTTP/1.1\r\nHo");
    auto const other = at.client().ask("GET", "/");  // the first bytes have surely been seen by now
    CHECK(other.status == 200);
    at.time.move_on(11s);
    CHECK(client.read().status == 408);
    CHECK(client.is_closed_by_server());
    CHECK(at.server.statistics().timed_out == 1);
}

TEST_CASE("a body that takes too long is answered 408") {
    server_fixture at({.limits = {.header_time = 10s, .body_time = 30s}});
    auto client = at.client();
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n");
    CHECK(client.read().status == 100);
    at.time.move_on(20s);
    client.send("12345");
    CHECK(at.client().ask("GET", "/").status == 200);
    CHECK(client.has_nothing_to_read());
    at.time.move_on(11s);
    CHECK(client.read().status == 408);
}

TEST_CASE("a connection that asks nothing is closed after the idle time, not before") {
    server_fixture at({.limits = {.idle_time = 60s}});
    auto idle = at.client();
    auto used = at.client();
    CHECK(idle.ask("GET", "/").status == 200);
    at.time.move_on(40s);
    CHECK(used.ask("GET", "/").status == 200);
    at.time.move_on(21s);
    CHECK(idle.is_closed_by_server());
    CHECK(used.ask("GET", "/").status == 200);
}

TEST_CASE("a slow handler is not a slow client") {
    server_fixture at;
    auto client = at.client();
    client.send(request_text("GET", "/held"));
    auto one = at.held.next();
    at.time.move_on(1h);
    CHECK(at.client().ask("GET", "/").status == 200);
    one.to.answer({.body = "patience"});
    CHECK(client.read().body == "patience");
}

TEST_CASE("who does not read what is vital does not keep others from it, nor do others pay for it"
) {
    constexpr std::size_t beyond_sockets = 16'000'000;
    server_fixture at(
        {.limits = {.held_bytes = 20'000'000, .full_time = 1s},
         .is_vital = [](http::request const& asked) { return asked.path.ends_with("/vital"); }}
    );
    auto const status = [&](std::string_view path) { return at.client().ask("GET", path).status; };
    auto const slow_reader = [&](std::string_view path) {
        auto one = at.client();
        one.send(request_text("GET", path));
        at.held.next().to.answer({.body = std::string(beyond_sockets, 'x')});
        CHECK(one.read_head().status == 200);
        return one;
    };
    auto const ordinary = slow_reader("/held");
    at.time.move_on(2s);
    auto vital = slow_reader("/held/vital");
    CHECK(status("/vital") == 503);
    CHECK(status("/") == 200);
    at.time.move_on(2s);
    CHECK(at.time.soon([&] { return at.server.statistics().closed_when_full == 1; }));
    CHECK(vital.is_closed_by_server());
    CHECK(status("/vital") == 200);
    CHECK(at.server.statistics().held_bytes >= beyond_sockets);  // the other one's
}

TEST_CASE("random bytes never harm the server") {
    server_fixture at;
    std::minstd_rand random(42);
    std::string const sample = request_text("POST", "/a/b?c=d", "Transfer-Encoding: chunked\r\n") +
                               "3\r\nabc\r\n0\r\n\r\n";
    for (int round = 0; round < 300; ++round) {
        auto bytes = sample;
        for (auto flips = random() % 6; flips > 0; --flips)
            bytes[random() % bytes.size()] = static_cast<char>(random() % 256);
        bytes.resize(random() % (bytes.size() + 1));
        auto client = at.client();
        auto const cut = bytes.empty() ? 0 : random() % bytes.size();
        client.send(std::string_view(bytes).substr(0, cut));
        client.send(std::string_view(bytes).substr(cut));
        client.stop_sending();
        CHECK(client.is_closed_by_server());
    }
    CHECK(at.client().ask("GET", "/").status == 200);
}
