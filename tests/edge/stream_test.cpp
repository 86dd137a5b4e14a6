#include "edge/fixture.hpp"

#include <doctest/doctest.h>

#include <future>
#include <thread>

using namespace diptych;
using namespace diptych::testing;
using namespace std::chrono_literals;

namespace {

/// A client and the server's end of its stream.
struct streaming {
    explicit streaming(server_fixture& at) : client(at.client()) {
        client.send(request_text("GET", "/held"));
        stream.emplace(at.held.next().to.open({.headers = {{"Content-Type", "text/event-stream"}}})
        );
        head = client.read_head();
    }
    http_client client;
    std::optional<http::stream> stream;
    http_answer head;
};

/// A promise that a stream ends.
std::future<void> end_of(http::stream& one) {
    auto ended = std::make_shared<std::promise<void>>();
    auto when = ended->get_future();
    one.on_close([ended] { ended->set_value(); });
    return when;
}

}  // namespace

TEST_CASE("a stream sends its pieces as they are written, from any thread") {
    server_fixture at;
    streaming s(at);
    CHECK(s.head.headers.at("transfer-encoding") == "chunked");
    CHECK(s.stream->write("one\n"));
    CHECK(s.client.read_stream_to("one\n") == "one\n");
    std::jthread([&] { CHECK(s.stream->write("two\n")); }).join();
    CHECK(s.client.read_stream_to("two\n") == "two\n");
    s.stream->close();
    CHECK(s.client.read_chunk().empty());
    CHECK(s.client.is_closed_by_server());
    CHECK_FALSE(s.stream->write("too late"));
}

TEST_CASE("a stream notices that its reader has left") {
    server_fixture at;
    auto s = std::make_unique<streaming>(at);
    auto ended = end_of(*s->stream);
    auto const stream = *s->stream;
    s.reset();
    REQUIRE(ended.wait_for(10s) == std::future_status::ready);
    CHECK_FALSE(stream.is_open());
    CHECK(at.server.statistics().streams == 0);
}

TEST_CASE("a reader who is too slow loses his stream, and nobody else does") {
    server_fixture at({.limits = {.stream_bytes = 100'000, .write_time = 5s}});
    streaming slow(at);
    streaming quick(at);
    auto ended = end_of(*slow.stream);
    int written = 0;
    while (slow.stream->write(std::string(50'000, 'x')) && written < 1'000) ++written;
    CHECK(written < 1'000);  // 50 MB: more than any socket buffers
    CHECK_FALSE(slow.stream->is_open());
    CHECK(quick.stream->write("still here\n"));
    CHECK(quick.client.read_stream_to("here\n") == "still here\n");
    at.time.move_on(6s);
    CHECK(ended.wait_for(10s) == std::future_status::ready);
}

TEST_CASE("a stream tells when there is room again") {
    server_fixture at;
    streaming s(at);
    std::atomic<int> pieces = 0;
    s.stream->on_room([&] {
        if (++pieces <= 100) s.stream->write(std::string(10'000, '.') + "\n");
        if (pieces == 101) s.stream->write("end\n");
    });
    s.stream->write("begin\n");
    CHECK(s.client.read_stream_to("end\n").size() == 6 + 100 * 10'001 + 4);
}

TEST_CASE("stopping ends streams properly") {
    server_fixture at;
    streaming s(at);
    auto ended = end_of(*s.stream);
    std::jthread const stopper([&] { at.server.stop(); });
    CHECK(s.client.read_chunk().empty());
    CHECK(s.client.is_closed_by_server());
    CHECK(ended.wait_for(10s) == std::future_status::ready);
}

TEST_CASE("stopping answers what was accepted, and closes what is idle") {
    server_fixture at;
    auto busy = at.client();  // the first to be told
    busy.send(request_text("GET", "/held/1") + request_text("GET", "/held/2"));
    auto first = at.held.next();
    auto second = at.held.next();
    auto idle = at.client();
    CHECK(idle.ask("GET", "/").status == 200);
    std::jthread stopper([&] { at.server.stop(); });
    CHECK(idle.is_closed_by_server());
    first.to.answer({.body = "1"});
    second.to.answer({.body = "2"});
    CHECK(busy.read().body == "1");
    auto const last = busy.read();
    CHECK(last.body == "2");
    CHECK(last.headers.at("connection") == "close");
    CHECK(busy.is_closed_by_server());
    stopper.join();
    CHECK(at.server.statistics().connections == 0);
}

TEST_CASE("stopping does not wait for a handler beyond the drain time") {
    server_fixture at({.limits = {.drain_time = 50ms}});
    auto client = at.client();
    client.send(request_text("GET", "/held"));
    auto const one = at.held.next();
    at.server.stop();
    CHECK(client.is_closed_by_server());
}
