// Clients that mean harm: they get an answer or are closed, and take no more memory than they may.
#include "edge/fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <vector>

using namespace diptych;
using namespace diptych::testing;
using namespace std::chrono_literals;

namespace {

/// Answers with many bytes, on its I/O thread, and counts what it is asked.
struct generous_server {
    explicit generous_server(std::size_t bytes, edge::server_limits const& limits = {})
        : server(
              {.address = "127.0.0.1:0",
               .threads = 1,
               .limits = limits,
               .now = [this] { return time.now(); },
               .tick = 5ms},
              [this, bytes](http::request const& asked, http::responder to) {
                  ++asked_;
                  to.answer({.body = std::string(asked.path == "/much" ? bytes : 2, 'x')});
              }
          ) {
        REQUIRE(server.start().has_value());
    }

    std::uint64_t asked() const { return asked_; }
    std::uint64_t held() const { return server.statistics().held_bytes; }

    hand_clock time;

private:
    std::atomic<std::uint64_t> asked_ = 0;

public:
    edge::server server;  // last: its threads count until it is gone
};

constexpr std::size_t beyond_sockets = 16'000'000;  // more than the system keeps for a reader

std::string times(std::size_t count, std::string_view text) {
    std::string all;
    all.reserve(count * text.size());
    while (count-- > 0) all += text;
    return all;
}

}  // namespace

TEST_CASE("headers that come byte by byte do not put off their end") {
    server_fixture at({.limits = {.header_time = 10s}});
    auto client = at.client();
    auto const headers = "GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(50, 'y');
    for (std::size_t i = 0; i < 9; ++i) {
        client.send(headers.substr(i, 1));
        CHECK(at.client().ask("GET", "/").status == 200);  // the byte has surely been seen by now
        at.time.move_on(1s);
    }
    CHECK(client.has_nothing_to_read());
    client.send(headers.substr(9, 1));
    at.time.move_on(2s);
    CHECK(client.read().status == 408);
    CHECK(client.is_closed_by_server());
}

TEST_CASE("two thousand connections with half a request are closed when their time is up") {
    server_fixture at({.limits = {.header_time = 10s}});
    std::vector<http_client> slow;
    for (int i = 0; i < 2'000; ++i) {
        slow.push_back(at.client());
        slow.back().send("GET /slow HTTP/1.1\r\nHost: x\r\nX: ");
    }
    CHECK(at.time.soon([&] { return at.server.statistics().connections == slow.size(); }));
    CHECK(at.client().ask("GET", "/").status == 200);
    auto const held = at.server.statistics().held_bytes;
    CHECK((held >= slow.size() * 20 && held < slow.size() * 1'000));
    at.time.move_on(11s);
    for (auto& one : slow) REQUIRE(one.read().status == 408);
    slow.clear();
    CHECK(at.time.soon([&] { return at.server.statistics().connections == 0; }));
    CHECK(at.server.statistics().timed_out == 2'000);
}

TEST_CASE("a body without an end is answered 413, closed, and its memory is given back") {
    server_fixture at({.limits = {.body_bytes = 500'000}});
    auto client = at.client();
    client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    auto const chunk = "1000\r\n" + std::string(4'096, 'b') + "\r\n";
    for (int i = 0; i < 200; ++i) client.send(chunk);
    CHECK(client.read().status == 413);
    CHECK(client.is_closed_by_server());
    CHECK(at.time.soon([&] { return at.server.statistics().held_bytes == 0; }));
}

TEST_CASE("headers, chunks and trailers without an end are refused, however they come") {
    server_fixture at;
    std::string const start = "POST / HTTP/1.1\r\nHost: x\r\n";
    std::string const chunked = start + "Transfer-Encoding: chunked\r\n\r\n";
    for (auto const& endless :
         {start + times(5'000, "X-A: b\r\n"),
          start + "X: " + std::string(40'000, 'a'),
          chunked + "1;" + std::string(90'000, 'e'),
          chunked + "0\r\n" + times(20'000, "X-A: b\r\n")}) {
        // One piece; and pieces that end just inside the name of a header.
        for (auto const piece : {endless.size(), std::size_t{9'600}}) {
            auto client = at.client();
            for (auto end = start.size() + 1, sent = 0 * end; sent < endless.size(); end += piece) {
                client.send(std::string_view(endless).substr(sent, end - sent));
                CHECK(at.client().ask("GET", "/").status == 200);  // it has been seen by now
                sent = end;
            }
            CHECK(client.read().status == 431);
            CHECK(client.is_closed_by_server());
        }
    }
}

TEST_CASE("garbage behind pipelined requests ends the connection after their answers") {
    server_fixture at;
    auto client = at.client();
    client.send(
        times(100, request_text("GET", "/good")) + "\x01\x02 rubbish\r\n\r\n" +
        times(100, request_text("GET", "/never"))
    );
    for (int i = 0; i < 100; ++i) REQUIRE(client.read().body == "GET /good ");
    CHECK(client.read().status == 400);
    CHECK(client.is_closed_by_server());
}

TEST_CASE("who pipelines requests and reads no answers is asked nothing more") {
    constexpr std::size_t requests = 2'000;
    constexpr std::size_t bytes = 200'000;
    generous_server at(bytes);
    http_client client(at.server.port());
    client.send(times(requests, request_text("GET", "/much")));
    http_client other(at.server.port());
    for (int i = 0; i < 100; ++i) REQUIRE(other.ask("GET", "/").status == 200);
    // What the sockets hold, and what one connection may leave unread.
    CHECK(at.asked() < 300);
    CHECK(at.held() <= (1u << 20) + 2 * bytes);
    for (std::size_t i = 0; i < requests; ++i) REQUIRE(client.read().body.size() == bytes);
    CHECK(at.time.soon([&] { return at.held() == 0; }));
    CHECK(at.asked() == requests + 100);
}

TEST_CASE("unread answers of many connections take no more memory than there is for them") {
    constexpr std::size_t bytes = 4'000'000;
    constexpr std::size_t most = 10'000'000;
    generous_server at(bytes, {.held_bytes = most, .full_time = 1h});
    auto const status = [&] { return http_client(at.server.port()).ask("GET", "/").status; };
    std::vector<http_client> readers;
    for (int i = 0; i < 20; ++i) {
        readers.emplace_back(at.server.port());
        readers.back().send(times(8, request_text("GET", "/much")));
    }
    CHECK(at.time.soon([&] { return status() == 503; }));
    CHECK(at.held() <= most + bytes);
    readers.clear();
    CHECK(at.time.soon([&] { return status() == 200; }));
    CHECK(at.time.soon([&] { return at.held() == 0; }));
}

TEST_CASE("answers that are made later take no more memory than there is for them, either") {
    constexpr std::size_t bytes = 4'000'000;
    constexpr std::size_t most = 10'000'000;
    server_fixture at({.limits = {.held_bytes = most, .full_time = 1h}});
    auto const held = [&] { return at.server.statistics().held_bytes; };
    std::vector<http_client> readers;
    for (int i = 0; i < 8; ++i) {
        readers.push_back(at.client());
        readers.back().send(times(8, request_text("GET", "/held")));
    }
    auto writer = at.client();
    writer.send(request_text("POST", "/held", {}, "b"));
    std::vector<held_requests::held> all;
    while (all.size() < readers.size() * 8 + 1) all.push_back(at.held.next());
    CHECK(held() < 100'000);  // all of them were admitted: nobody knew how much they would be
    for (auto& one : all) {
        if (one.asked.method == "POST") continue;
        one.to.answer({.body = std::string(bytes, 'x')});
        REQUIRE(held() <= most + bytes);
    }
    // Who has done something is told so.
    for (auto& one : all)
        if (one.asked.method == "POST") one.to.answer({.body = std::string(10'000, 'd')});
    CHECK(writer.read().body.size() == 10'000);
    std::size_t whole = 0;
    for (auto& one : readers)
        for (int i = 0; i < 8; ++i) {
            auto const answer = one.read();
            CHECK(answer.status == (answer.body.size() == bytes ? 200 : 503));
            if (answer.status == 200)
                ++whole;
            else
                CHECK(answer.headers.at("retry-after") == "1");
        }
    CHECK((whole >= 2 && whole < readers.size() * 8));
    CHECK(at.time.soon([&] { return held() == 0; }));
}

TEST_CASE(
    "what is sent behind the request for a stream is thrown away, and much of it ends the stream"
) {
    server_fixture at;
    auto client = at.client();
    client.send(request_text("GET", "/held") + times(31, request_text("GET", "/held")));
    auto stream = at.held.next().to.open({});
    CHECK(stream.write("one"));
    CHECK(client.read_head().status == 200);
    CHECK(client.read_chunk() == "one");
    std::size_t most = 0;
    for (int i = 0; i < 1'000 && stream.is_open(); ++i) {
        client.send(std::string(64 * 1024, 'x'));
        most = std::max<std::size_t>(most, at.server.statistics().held_bytes);
    }
    CHECK_FALSE(stream.is_open());
    CHECK(most < 1'000'000);
}

TEST_CASE("events that nobody reads count as well, and a stream that gets no memory is closed") {
    server_fixture at({.limits = {.held_bytes = 10'000'000, .full_time = 1h}});
    auto const held = [&] { return at.server.statistics().held_bytes; };
    auto reader = at.client();
    reader.send(request_text("GET", "/held"));
    auto stream = at.held.next().to.open({});
    auto other = at.client();
    other.send(request_text("GET", "/held"));
    auto other_stream = at.held.next().to.open({});
    CHECK(other_stream.write("one"));
    CHECK(stream.write(std::string(beyond_sockets, 'e')));
    CHECK(held() >= beyond_sockets);
    CHECK_FALSE(other_stream.write("two"));
    CHECK_FALSE(other_stream.is_open());
    CHECK(other.read_head().status == 200);
    CHECK(other.read_chunk() == "one");
    CHECK(other.is_closed_by_server());
    reader.reset();
    CHECK(at.time.soon([&] { return held() == 0; }));
}

TEST_CASE("when memory is full who has kept it waiting longest goes, and others are served") {
    server_fixture at({.limits = {.held_bytes = 20'000'000, .full_time = 1s}});
    auto const status = [&] { return at.client().ask("GET", "/").status; };
    auto const slow_reader = [&] {
        auto one = at.client();
        one.send(request_text("GET", "/held"));
        at.held.next().to.answer({.body = std::string(beyond_sockets, 'x')});
        CHECK(one.read_head().status == 200);
        return one;
    };
    auto sender = at.client();
    sender.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n");
    sender.send(std::string(200'000, 'b'));
    CHECK(status() == 200);
    at.time.move_on(2s);
    auto first = slow_reader();
    at.time.move_on(2s);
    CHECK(at.server.statistics().closed_when_full == 0);  // there was room for all so far
    auto second = slow_reader();
    CHECK(at.time.soon([&] { return at.server.statistics().closed_when_full == 2; }));
    CHECK(sender.read().status == 503);  // after four seconds
    CHECK(first.is_closed_by_server());  // after two
    CHECK(status() == 200);
    at.time.move_on(2s);
    CHECK(at.server.statistics().closed_when_full == 2);
    CHECK(at.server.statistics().held_bytes >= beyond_sockets);  // the second is still there
}

TEST_CASE("bodies of many connections take no more memory than there is for them") {
    server_fixture at({.limits = {.held_bytes = 1'150'000}});
    auto const held = [&] { return at.server.statistics().held_bytes; };
    auto const holds = [&](std::size_t bodies) {
        return held() >= bodies * 300'000 && held() < bodies * 300'000 + 1'000;
    };
    std::vector<http_client> slow;
    for (std::uint64_t i = 1; i <= 3; ++i) {
        slow.push_back(at.client());
        slow.back().send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 300001\r\n\r\n");
        slow.back().send(std::string(300'000, 'b'));
        CHECK(at.time.soon([&] { return holds(i); }));
    }
    auto one_more = at.client();
    one_more.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n");
    one_more.send(std::string(300'000, 'b'));
    auto const answer = one_more.read();
    CHECK(answer.status == 503);
    CHECK(answer.headers.at("retry-after") == "1");
    CHECK(one_more.is_closed_by_server());
    CHECK(holds(3));
    CHECK(at.client().ask("GET", "/").status == 200);  // without a body
    slow.back().send("b");
    CHECK(slow.back().read().status == 200);
    CHECK(at.time.soon([&] { return holds(2); }));
    slow.clear();
    CHECK(at.time.soon([&] { return held() == 0; }));
    CHECK(at.client().ask("POST", "/", {}, std::string(300'000, 'c')).status == 200);
}

TEST_CASE("the names and values of a query count as much as they take") {
    server_fixture at;
    auto client = at.client();
    client.send("GET /?" + times(4'000, "a&") + " HTTP/1.1\r\nHost: x\r\nX-Slow: ");
    CHECK(at.client().ask("GET", "/").status == 200);
    CHECK(at.server.statistics().held_bytes >= 4'000 * sizeof(http::pairs::value_type));
}

TEST_CASE("headers count as much as they take") {
    server_fixture at;
    auto client = at.client();
    client.send("GET / HTTP/1.1\r\nHost: x\r\n" + times(3'000, "a:\r\n") + "X-Slow: ");
    CHECK(at.client().ask("GET", "/").status == 200);
    CHECK(at.server.statistics().held_bytes >= 3'000 * (4 + 24));
}

TEST_CASE("a thousand half-closed connections get their answers and are gone") {
    server_fixture at;
    std::vector<http_client> halves;
    for (int i = 0; i < 1'000; ++i) {
        halves.push_back(at.client());
        halves.back().send(i % 2 == 0 ? request_text("GET", "/half") : "GET /half HT");
        halves.back().stop_sending();
    }
    for (std::size_t i = 0; i < halves.size(); i += 2) REQUIRE(halves[i].read().status == 200);
    for (auto& one : halves) REQUIRE(one.is_closed_by_server());
    CHECK(at.time.soon([&] { return at.server.statistics().connections == 0; }));
}
