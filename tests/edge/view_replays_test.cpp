#include "edge/site_fixture.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
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
    /// of the server could not bring it to.
    http_client replaying() {
        std::string body = R"({"view":)";
        json::append_quoted(body, endless());
        auto asks = client();
        asks.send(request_text("POST", path, {}, body + '}'));
        auto const rows = folder.path() / "replay" / "would be.db";
        auto ticks = 0;
        REQUIRE(time.soon([&] { return std::filesystem::exists(rows) && ++ticks == 20; }));
        return asks;
    }
    bool is_busy() const {
        auto const answer = ask("GET", "/views/readers/compare");
        return answer.status == 503 && json_at(answer.body, "code") == "replay_busy";
    }
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
