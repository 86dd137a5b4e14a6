#include "edge/exchange.hpp"
#include "edge/replays.hpp"
#include "edge/site_fixture.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <memory>
#include <new>
#include <pthread.h>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

using namespace diptych;
using namespace diptych::testing;

namespace {

// Goes through all readers sixteen times over for each book: with a few of them nobody sees its
// end.
std::string endless() {
    std::string rows = "readers t0";
    for (auto i = 1; i < 16; ++i) rows += ", readers t" + std::to_string(i);
    return "-- @view readers async\n"
           "create table readers (reader text primary key, books integer not null);\n"
           "-- @on lent\n-- @scan -- on purpose\n"
           "insert into readers values (:reader, (select count(*) from " +
           rows + "));\n";
}

std::string const path = "/views/readers/what-if";

struct replaying_fixture : site_fixture {
    replaying_fixture() : site_fixture({.server = {.threads = 1}, .workers = 1}) {
        for (auto i = 0; i < 8; ++i) {
            auto const number = std::to_string(i);
            auto const body = R"({"book":"b)" + number + R"(","reader":"r)" + number + R"("})";
            REQUIRE(post("/commands/lend", body).status == 201);
        }
        while (views.step("readers").or_throw()) {
        }
    }

    /// A client whose replay is under way, within a statement without end but for what a few ticks
    /// of the server could not bring it to. `behind` is sent together with its request.
    http_client replaying(std::string_view headers = {}, std::string_view behind = {}) {
        std::string body = R"({"view":)";
        json::append_quoted(body, endless());
        auto asks = client();
        asks.send(request_text("POST", path, headers, body + '}').append(behind));
        auto const rows = folder.path() / "replay" / "readers.would be.db";
        auto ticks = 0;
        REQUIRE(time.soon([&] { return std::filesystem::exists(rows) && ++ticks == 20; }));
        return asks;
    }
    bool is_busy() const {
        auto const answer = ask("GET", "/views/readers/compare");
        return answer.status == 503 && json_at(answer.body, "code") == "replay_busy";
    }
};

/// While it lives, threads ask for stacks that no machine has.
class no_more_threads {
public:
    no_more_threads() {
        pthread_attr_t huge;
        pthread_attr_init(&huge);
        pthread_attr_setstacksize(&huge, std::size_t{1} << 47);
        pthread_getattr_default_np(&usual_);
        REQUIRE(pthread_setattr_default_np(&huge) == 0);
        pthread_attr_destroy(&huge);
    }
    ~no_more_threads() {
        pthread_setattr_default_np(&usual_);
        pthread_attr_destroy(&usual_);
    }
    no_more_threads(no_more_threads const&) = delete;
    no_more_threads& operator=(no_more_threads const&) = delete;

private:
    pthread_attr_t usual_;
};

struct full_exchange final : http::detail::exchange {
    void answer(http::response) override { throw std::bad_alloc(); }
    std::shared_ptr<http::detail::channel> open(http::response) override { return {}; }
    void mark(std::uint32_t) override {}
};

}  // namespace

TEST_CASE("while the log is replayed for one, all else is answered, and a second is told so") {
    replaying_fixture of;
    auto const slow = of.replaying();
    auto const busy = of.ask("GET", "/views/readers/compare");
    CHECK(busy.status == 503);
    CHECK(json_at(busy.body, "code") == "replay_busy");
    CHECK(json_at(busy.body, "under_way") == "POST " + path);
    CHECK(busy.headers.at("retry-after") == "1");
    CHECK(json_at(of.post(path, "{}").body, "code") == "replay_busy");
    CHECK(of.ask("GET", "/views/readers?reader=eq.r1").body == R"([{"reader":"r1","books":1}])");
    CHECK(of.ask("GET", "/health").status == 200);
    CHECK(of.post("/commands/give_back", R"({"book":"b1"})").status == 200);
    CHECK(slow.has_nothing_to_read());
}

TEST_CASE("a replay does not keep a server that stops") {
    replaying_fixture of;
    auto slow = of.replaying();
    REQUIRE(of.is_busy());
    std::jthread const stopper([&] { of.site.stop(); });
    auto const ended = slow.read();
    CHECK(ended.status == 503);
    CHECK(json_at(ended.body, "code") == "replay_ended");
}

TEST_CASE("who leaves is noticed also where nothing is read any more") {
    replaying_fixture of;
    auto const next = [&] { return of.ask("GET", "/views/readers/compare").status == 200; };
    std::string many;
    for (auto i = 0; i < 64; ++i) many += request_text("GET", "/health/live");
    std::string_view headers;
    std::string_view behind;
    SUBCASE("behind a last request") { headers = "Connection: close\r\n"; }
    SUBCASE("behind a last request, and more") {
        headers = "Connection: close\r\n";
        behind = many;
    }
    SUBCASE("behind requests too many to be looked at") { behind = many; }
    {
        auto gone = of.replaying(headers, behind);
        REQUIRE(of.is_busy());
        gone.reset();
    }
    CHECK(of.time.soon(next));
    {
        auto const closed = of.replaying(headers, behind);
        REQUIRE(of.is_busy());
    }
    CHECK(of.time.soon(next));
    auto half = of.replaying(headers, behind);
    half.stop_sending();
    CHECK(json_at(half.read().body, "code") == "replay_ended");
    if (!headers.empty()) {
        CHECK(half.is_closed_by_server());
        return;
    }
    for (auto i = 0; i < 64; ++i) CHECK(half.read().status == 200);
}

TEST_CASE("the hash of rows does not wait for replays") {
    replaying_fixture of;
    auto const slow = of.replaying();
    REQUIRE(of.is_busy());
    CHECK(of.ask("GET", "/views/readers/hash").status == 200);
    CHECK(slow.has_nothing_to_read());
}

TEST_CASE("a replay for which there is no thread is answered so, and the next has one") {
    replaying_fixture of;
    CHECK(of.ask("GET", "/views/readers/compare").status == 200);
    {
        no_more_threads const none;
        auto const refused = of.ask("GET", "/views/readers/compare");
        CHECK(refused.status == 503);
        CHECK(json_at(refused.body, "code") == "overloaded");
    }
    CHECK(of.ask("GET", "/views/readers/compare").status == 200);
}

TEST_CASE("an answer that can not be sent harms no other") {
    edge::server const server({}, [](http::request const&, http::responder const&) {});
    std::string said;
    edge::replays of(server, "replay", [&](std::string_view what) { said = what; });
    of.run(
        {.method = "GET", .path = "/it"},
        http::responder{std::make_shared<full_exchange>()},
        [](http::request const&, std::stop_token const&) { return http::response{}; }
    );
    of.stop();
    CHECK(said == "GET /it threw: its answer could not be sent");
}

TEST_CASE("a replay that nobody waits for any more makes room for the next") {
    replaying_fixture of;
    auto const next = [&] { return of.ask("GET", "/views/readers/compare").status == 200; };
    {
        auto gone = of.replaying();
        REQUIRE(of.is_busy());
        gone.reset();
    }
    CHECK(of.time.soon(next));
    {
        auto const closed = of.replaying();
        REQUIRE(of.is_busy());
    }
    CHECK(of.time.soon(next));
    auto half = of.replaying();
    half.stop_sending();
    CHECK(json_at(half.read().body, "code") == "replay_ended");
}
